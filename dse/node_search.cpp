#include "dse/node_search.h"

#include <algorithm>

namespace tilewright {

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
        counters_(counters) {}

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
    finished_ = programs_.make(
        best_ - 1, [this](const TileShape& s) { return least(s); }, limits_.stop, counters_);
    if (!finished_ || programs_.programs().empty()) return;
    for (const TileShape& shape : programs_.shapes()) least_.push_back(least(shape));
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

  // Off the array a program's bodies are known.
  void price_direct() {
    for (const TileProgram& program : programs_.programs()) {
      if (stopped()) return;
      const MappingChoice choice = programs_.choice(program);
      const LoopNest nest =
          lower(problem_.work, problem_.system, problem_.precision, compose(problem_.work, choice));
      std::vector<int64_t> bodies;
      for (const TileShape& shape : programs_.shapes())
        bodies.push_back(body_cost(problem_.work, problem_.times, nest, shape).cost.cycles);
      ++counters_.evaluated;
      counters_.effort += static_cast<int64_t>(bodies.size());
      keep(programs_.total(program, bodies), choice);
    }
  }

  void keep(int64_t cycles, const MappingChoice& choice) {
    if (cycles >= best_) return;
    best_ = cycles;
    found_ = Found{cycles, choice};
  }

  // Whether bodies of at least these cycles leave room below the best.
  bool room(const std::vector<int64_t>& bodies) const {
    return programs_.least_total(bodies, false, best_) < best_ ||
           programs_.least_total(bodies, true, best_) < best_;
  }

  void search_blocks() {
    std::vector<int64_t> bodies = least_;
    int64_t candidates = 0;
    BlockSearch::Visitor visitor;
    visitor.done = [&] {
      return best_ <= floor_ || stopped() ||
             (limits_.most_candidates > 0 && candidates >= limits_.most_candidates);
    };
    visitor.wants_unroll = [&](const UnrollClass& unroll) {
      for (size_t s = 0; s < bodies.size(); ++s)
        bodies[s] = std::max(least_[s], blocks_.least_body(unroll, programs_.shapes()[s].ext));
      unroll_least_ = bodies;
      return room(bodies);
    };
    visitor.wants_body = [&](const UnrollClass&, int64_t cycles) {
      bodies = unroll_least_;
      bodies[0] = std::max(bodies[0], cycles);
      return room(bodies);
    };
    visitor.visit = [&](const BlockCandidate& candidate) {
      ++candidates;
      price(candidate);
    };
    blocks_.run(visitor, counters_);
  }

  int64_t body(const BlockCandidate& candidate, size_t shape) {
    ++counters_.effort;
    return block_nest_cost(problem_.work, problem_.times, candidate.nest, programs_.shapes()[shape])
        .cost.cycles;
  }

  void price(const BlockCandidate& candidate) {
    std::vector<int64_t>& bodies = priced_;
    bodies = unroll_least_;
    for (size_t s = 0; s < bodies.size(); ++s) {
      bodies[s] = body(candidate, s);
      if (programs_.least_total(bodies, candidate.partial, best_) >= best_) {
        counters_.prune(Rule::BodyBound);
        return;
      }
    }
    ++counters_.evaluated;
    const TileProgram* program = nullptr;
    const int64_t cycles = programs_.least_total(bodies, candidate.partial, best_, &program);
    if (program == nullptr) return;
    MappingChoice choice = programs_.choice(*program);
    candidate.write(problem_, choice);
    keep(cycles, choice);
  }

  const Problem& problem_;
  const NodeLimits& limits_;
  TilePrograms programs_;
  BlockSearch blocks_;
  int64_t best_;
  int64_t floor_ = 0;
  std::vector<int64_t> least_, unroll_least_, priced_;
  std::optional<Found> found_;
  bool finished_ = true;
  Counters& counters_;
};

}  // namespace

NodeResult search_node(const Problem& problem, const Division& division, const Extents& tile,
                       const NodeLimits& limits, Counters& counters) {
  return NodeSearch(problem, division, tile, limits, counters).run();
}

}  // namespace tilewright
