#include "dse/balanced/node_search.h"

#include <algorithm>
#include <tuple>

namespace tilewright::balanced {

namespace {

class NodeSearch {
 public:
  NodeSearch(const Problem& problem, const Division& division, const Extents& tile,
             const NodeLimits& limits, Counters& counters)
      : problem_(problem),
        limits_(limits),
        programs_(problem, division, tile),
        blocks_(problem, tile, programs_.partial_tiles()),
        best_(limits.below),
        counters_(counters) {
    if (!problem.objective.counts_energy() || problem.work.kind != WorkKind::Array) return;
    energy_.emplace(problem, division, tile, programs_.profiles());
    tile_energy_.emplace(problem, division);
    choice_ = division.choice(tile);
  }

  NodeResult run() {
    search();
    return {std::move(found_), finished_};
  }

 private:
  void search() {
    if (!programs_.fits()) {
      counters_.prune(Rule::LxCapacity);
      return;
    }
    const int64_t energy = least_energy();
    finished_ = programs_.make(
        best_, [this](const TileShape& s) { return least(s); }, energy, limits_.stop, counters_);
    if (!finished_ || programs_.programs().empty()) return;
    for (const TileShape& shape : programs_.shapes()) least_.cycles.push_back(least(shape));
    least_.energy.assign(programs_.profiles().size(), energy);
    floor_ = std::min(programs_.least_total(least_, false, best_),
                      programs_.least_total(least_, true, best_));
    if (floor_ >= best_) return;
    if (problem_.work.kind == WorkKind::Array)
      search_blocks();
    else
      price_direct();
  }

  bool stopped() {
    if (limits_.stop.raised()) finished_ = false;
    return !finished_;
  }

  int64_t least(const TileShape& shape) const {
    if (problem_.work.kind != WorkKind::Array) return 0;
    return blocks_.least_body(shape.ext);
  }

  // Of all bodies, whatever the dataflow and block.
  int64_t least_energy() const {
    if (!tile_energy_) return 0;
    int64_t least = INT64_MAX;
    for (const UnrollClass& u : problem_.unrolls)
      least = std::min(least, tile_energy_->at_array(u, choice_));
    return least + tile_energy_->drained(choice_);
  }

  // Off the array a program's bodies are known.
  void price_direct() {
    for (const TileProgram& program : programs_.programs()) {
      if (stopped()) return;
      const MappingChoice choice = programs_.choice(program);
      const RapidDsc dsc = compose(problem_.work, choice);
      const LoopNest nest = lower(problem_.work, problem_.system, problem_.precision, dsc);
      std::vector<int64_t> bodies;
      for (const TileShape& shape : programs_.shapes())
        bodies.push_back(body_cost(problem_.work, problem_.times, nest, shape).cost.cycles);
      ++counters_.evaluated;
      counters_.effort += static_cast<int64_t>(bodies.size());
      const int64_t cycles = programs_.cycles(program, bodies);
      keep(problem_.counted_value(dsc, cycles), choice);
    }
  }

  void keep(Measure value, const MappingChoice& choice) {
    if (value >= best_) return;
    best_ = value;
    found_ = Found{value, choice};
  }

  // Whether such bodies at least leave room below the best.
  bool room(const Bodies& bodies) const {
    return programs_.least_total(bodies, false, best_) < best_ ||
           programs_.least_total(bodies, true, best_) < best_;
  }

  void search_blocks() {
    Bodies bodies = least_;
    int64_t candidates = 0;
    BlockSearch::Visitor visitor;
    visitor.done = [&] {
      return best_ <= floor_ || stopped() ||
             (limits_.most_candidates > 0 && candidates >= limits_.most_candidates);
    };
    visitor.wants_unroll = [&](const UnrollClass& unroll) {
      for (size_t s = 0; s < bodies.cycles.size(); ++s)
        bodies.cycles[s] =
            std::max(least_.cycles[s], blocks_.least_body(unroll, programs_.shapes()[s].ext));
      if (tile_energy_)
        bodies.energy.assign(bodies.energy.size(), tile_energy_->at_array(unroll, choice_) +
                                                       tile_energy_->drained(choice_));
      unroll_least_ = bodies;
      return room(bodies);
    };
    visitor.wants_body = [&](const UnrollClass&, int64_t cycles) {
      bodies = unroll_least_;
      bodies.cycles[0] = std::max(bodies.cycles[0], cycles);
      return room(bodies);
    };
    if (energy_)
      visitor.wants_order = [&](const UnrollClass& unroll, const Places& places,
                                const Extents& block, const std::vector<Dim>& order) {
        take_energy(unroll, places, block);
        ++counters_.effort;
        energy_->of(order, bodies.energy);
        return room(bodies);
      };
    visitor.visit = [&](const BlockCandidate& candidate) {
      ++candidates;
      price(candidate);
    };
    blocks_.run(visitor, counters_);
  }

  void take_energy(const UnrollClass& unroll, const Places& places, const Extents& block) {
    if (taken_ && *taken_ == std::make_tuple(&unroll, places, block)) return;
    taken_ = std::make_tuple(&unroll, places, block);
    energy_->take(unroll, places, block);
  }

  int64_t body(const BlockCandidate& candidate, size_t shape) {
    ++counters_.effort;
    return body_cycles(problem_.accesses, problem_.times, candidate.plan,
                       programs_.shapes()[shape]);
  }

  void price(const BlockCandidate& candidate) {
    Bodies& bodies = priced_;
    bodies = unroll_least_;
    if (energy_) energy_->of(candidate.order, bodies.energy);
    for (size_t s = 0; s < bodies.cycles.size(); ++s) {
      bodies.cycles[s] = body(candidate, s);
      if (programs_.least_total(bodies, candidate.partial, best_) >= best_) {
        counters_.prune(Rule::BodyBound);
        return;
      }
    }
    ++counters_.evaluated;
    if (energy_ && problem_.precision.bits % 8 != 0) return price_exactly(candidate, bodies);
    const TileProgram* program = nullptr;
    const Measure value = programs_.least_total(bodies, candidate.partial, best_, &program);
    if (program == nullptr) return;
    MappingChoice choice = programs_.choice(*program);
    candidate.write(problem_, choice);
    keep(value, choice);
  }

  // Where elements take parts of bytes, `bodies` knows only the least energy.
  void price_exactly(const BlockCandidate& candidate, const Bodies& bodies) {
    for (const TileProgram& program : programs_.programs()) {
      if (program.for_partial != candidate.partial || programs_.total(program, bodies) >= best_)
        continue;
      MappingChoice choice = programs_.choice(program);
      candidate.write(problem_, choice);
      keep(problem_.counted_value(compose(problem_.work, choice),
                                  programs_.cycles(program, bodies.cycles)),
           choice);
    }
  }

  const Problem& problem_;
  const NodeLimits& limits_;
  TilePrograms programs_;
  BlockSearch blocks_;
  std::optional<BlockEnergy> energy_;  // of Array layers, where it counts
  std::optional<TileEnergy> tile_energy_;
  TileChoice choice_{};
  std::optional<std::tuple<const UnrollClass*, Places, Extents>> taken_;
  Measure best_;
  Measure floor_ = 0;
  Bodies least_, unroll_least_, priced_;
  std::optional<Found> found_;
  bool finished_ = true;
  Counters& counters_;
};

}  // namespace

NodeResult search_node(const Problem& problem, const Division& division, const Extents& tile,
                       const NodeLimits& limits, Counters& counters) {
  return NodeSearch(problem, division, tile, limits, counters).run();
}

}  // namespace tilewright::balanced
