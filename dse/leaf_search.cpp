#include "dse/leaf_search.h"

#include <algorithm>

#include "dse/blocks/candidate.h"

namespace tilewright {

namespace {

// Families gathered before they are searched, at most.
constexpr size_t kMostOpen = 1 << 14;

class LeafSearch {
 public:
  LeafSearch(const Problem& problem, const BlockTable& table, const EnergyTables& energy,
             const Division& division, const Extents& tile, Bypass past_lx,
             const LeafLimits& limits, Counters& counters)
      : problem_(problem),
        table_(table),
        tile_(tile),
        limits_(limits),
        programs_(problem, division, tile, past_lx, limits.room),
        value_(limits.below),
        counters_(counters) {
    if (problem.objective.counts_energy()) {
      energy_.emplace(problem, energy, division, tile);
      least_energy_ =
          energy_->outside() +
          (problem.work.kind == WorkKind::Array ? energy.array : energy_->elementwise());
    }
    best_ = cycles_below(least_energy_);
  }

  LeafResult run() {
    search();
    return {std::move(found_), finished_};
  }

 private:
  void search() {
    if (!programs_.fits()) {
      if (problem_.rules.has(Rule::LxCapacity)) counters_.prune(Rule::LxCapacity);
      return;
    }
    const bool array = problem_.work.kind == WorkKind::Array;
    finished_ = programs_.make(
        limits_.orders, best_,
        [&](const BodyQuery& q) { return array ? least(q) : elementwise(q); }, limits_.stop,
        counters_);
    if (!finished_ || programs_.programs().empty()) return;
    if (!array) return price_direct();
    const bool from_table = problem_.rules.has(Rule::BodyTable);
    for (const BodyQuery& q : programs_.bodies()) {
      least_.push_back(from_table ? table_.least(q) : least(q));
      if (least_.back() == INT64_MAX) {
        counters_.prune(Rule::ArrayCapacity);
        return;
      }
    }
    if (from_table) programs_.keep_below(best_, least_, counters_);
    if (programs_.programs().empty()) {
      counters_.prune(Rule::BodyTable);
      return;
    }
    search_blocks();
  }

  bool done() {
    if (limits_.stop.raised()) finished_ = false;
    return !finished_;
  }

  int64_t least(const BodyQuery& q) const {
    const UnitTimes& t = problem_.times;
    int64_t least = INT64_MAX;
    for (const UnrollClass& u : problem_.unrolls)
      if (!u.dominated) least = std::min(least, t.array_busy(q.tile.ext, u.unroll));
    return least + t.fill + 2 * t.semaphore;
  }

  int64_t elementwise(const BodyQuery& q) const {
    int64_t points = 1;
    for (Dim d : kDims) points *= q.tile.ext[d];
    return problem_.times.sfu_latency + problem_.times.elementwise(points);
  }

  // Off the array a program's bodies are known.
  void price_direct() {
    for (const TileProgram& program : programs_.programs()) {
      if (done()) return;
      const MappingChoice choice = programs_.choice(program);
      const RapidDsc dsc = compose(problem_.work, choice);
      const LoopNest nest = lower(problem_.work, problem_.system, problem_.precision, dsc);
      std::vector<int64_t> bodies;
      for (const BodyQuery& q : programs_.bodies())
        bodies.push_back(body_cost(problem_.work, problem_.times, nest, q.tile).cost.cycles);
      ++counters_.evaluated;
      const int64_t femtojoules = energy_ ? energy_->outside(program) + energy_->elementwise() : 0;
      keep(programs_.cycles(program, bodies), femtojoules, choice);
    }
  }

  // `femtojoules`: at least.
  void keep(int64_t cycles, int64_t femtojoules, const MappingChoice& choice) {
    if (problem_.value(cycles, femtojoules) >= value_) return;
    RapidDsc dsc = compose(problem_.work, choice);
    const Measure value = problem_.counted_value(dsc, cycles);
    if (value >= value_) return;
    value_ = value;
    best_ = cycles_below(least_energy_);
    found_ = Best{value, std::move(dsc)};
  }

  // Mappings that take so much energy are of use in fewer cycles than this.
  int64_t cycles_below(int64_t femtojoules) const {
    if (!energy_) return static_cast<int64_t>(std::min<Measure>(value_, INT64_MAX));
    return problem_.objective.most_cycles(value_ - 1, femtojoules) + 1;
  }

  // Least total of all programs, at most what the best takes.
  int64_t least_total(const std::vector<int64_t>& bodies) const {
    return std::min(programs_.least_total(bodies, false, best_),
                    programs_.least_total(bodies, true, best_));
  }

  // The most cycles that body `b` may take while the total is at most `upto`, when the others take
  // `bodies`.
  int64_t most(const std::vector<int64_t>& bodies, size_t b, int64_t upto) const {
    int64_t lo = bodies[b], hi = std::min(upto, INT64_MAX / 2 / programs_.tiles());  // no overflow
    std::vector<int64_t> all = bodies;
    while (lo < hi) {
      const int64_t mid = lo + (hi - lo + 1) / 2;
      all[b] = mid;
      if (least_total(all) <= upto)
        lo = mid;
      else
        hi = mid - 1;
    }
    return lo;
  }

  // The body that may grow least before there is no room.
  void find_main(const std::vector<int64_t>& bodies) {
    int64_t least = INT64_MAX;
    for (size_t b = 0; b < bodies.size(); ++b) {
      const int64_t room = most(bodies, b, best_ - 1) - bodies[b];
      if (room >= least) continue;
      least = room;
      main_ = b;
    }
  }

  struct Promise {
    int64_t least = 0;        // of the layer
    int64_t femtojoules = 0;  // the same
    size_t unroll = 0;        // in Problem::unrolls
    std::vector<int64_t> bodies;
  };

  // A family of blocks under a promise, and what the layer is worth at least.
  struct Open {
    Measure least = 0;
    int64_t femtojoules = 0;
    size_t promise = 0;
    BlockFamily family;
  };

  // Dataflows by rising bound, all families of theirs, and of these those with low bounds first.
  void search_blocks() {
    for (const BodyQuery& q : programs_.bodies()) families_.emplace_back(problem_, tile_, q);
    for (size_t u = 0; u < problem_.unrolls.size() && !done(); ++u)
      if (!with_unroll(u)) counters_.prune(Rule::UnrollBound);
    std::stable_sort(promises_.begin(), promises_.end(),
                     [](const Promise& a, const Promise& b) { return a.least < b.least; });
    if (promises_.empty()) return;
    raise_least_energy();
    find_main(promises_.front().bodies);
    for (size_t k = 0; k < promises_.size() && !done(); ++k) collect(k);
    price_open();
  }

  void raise_least_energy() {
    if (!energy_ || !problem_.rules.has(Rule::UnrollBound)) return;
    int64_t least = INT64_MAX;
    for (const Promise& p : promises_) least = std::min(least, p.femtojoules);
    least_energy_ = std::max(least_energy_, least);
    best_ = cycles_below(least_energy_);
  }

  // Whether a family under the promise may be of use.
  struct Room {
    LeafSearch& search;
    const Promise& promise;

    bool bounds() const { return search.problem_.rules.has(Rule::BlockBound); }
    bool operator()(const BlockFamily& family) const {
      return !bounds() || search.least_value(promise, family) < search.value_;
    }
    bool in_energy(const BlockFamily& family) const {
      return !search.energy_ || !bounds() || search.energy_value(promise, family) < search.value_;
    }
  };

  void collect(size_t promise) {
    const Promise& p = promises_[promise];
    const bool block_bound = problem_.rules.has(Rule::BlockBound);
    int64_t below = cycles_below(p.femtojoules);
    if (p.least >= below && problem_.rules.has(Rule::UnrollBound)) return;
    std::vector<int64_t> bodies = p.bodies;
    Measure seen = value_;
    int64_t limit = most(bodies, main_, below - 1);
    const auto wants = [&](int64_t cycles) {
      if (done()) return false;
      if (!block_bound) return true;
      if (value_ != seen) {
        seen = value_;
        below = cycles_below(p.femtojoules);
        limit = p.least >= below ? -1 : most(p.bodies, main_, below - 1);
      }
      return cycles <= limit;
    };
    families_[main_].run(
        problem_.unrolls[p.unroll], wants, Room{*this, p},
        [&](const BlockFamily& family) {
          const Measure least = least_value(p, family);
          if (least >= value_ && block_bound) {
            counters_.prune(Rule::BlockBound);
            return;
          }
          open_.push_back({least, family_energy_, promise, family});
          if (open_.size() >= kMostOpen) price_open();
        },
        counters_);
  }

  Measure energy_value(const Promise& p, const BlockFamily& family) {
    family_energy_ = energy_->outside() + energy_->array(family);
    return problem_.value(p.least, family_energy_);
  }
  Measure least_value(const Promise& p, const BlockFamily& family) {
    if (!energy_) return least_total(p, family);
    if (energy_value(p, family) >= value_) return value_;
    const int64_t cycles = least_total(p, family);
    return cycles >= best_ ? value_ : problem_.value(cycles, family_energy_);
  }

  // Of the layer under the family, in the order that it has or whatever order.
  int64_t least_total(const Promise& p, const BlockFamily& family) {
    const bool any_order = family.loops == 0;
    const auto total = [&](const std::vector<int64_t>& bodies) {
      return any_order ? least_total(bodies) : programs_.least_total(bodies, wide(family), best_);
    };
    std::vector<int64_t>& bodies = priced_;
    bodies = p.bodies;
    bodies[main_] = std::max(bodies[main_], family.least);
    for (size_t b = 0; b < bodies.size(); ++b) {
      if (b == main_) continue;
      bodies[b] = std::max(bodies[b], families_[b].least(family));
      if (total(bodies) >= best_) return best_;
    }
    return total(bodies);
  }

  void price_open() {
    std::stable_sort(open_.begin(), open_.end(),
                     [](const Open& a, const Open& b) { return a.least < b.least; });
    for (const Open& open : open_) {
      if ((open.least >= value_ && problem_.rules.has(Rule::BlockBound)) || done()) break;
      for_each_block(
          problem_, open.family, programs_.always_wide(),
          [&](const BlockCandidate& candidate, bool single) {
            return !done() && price(open, candidate, single);
          },
          counters_);
    }
    open_.clear();
  }

  bool wide(const BlockFamily& family) const { return programs_.always_wide() || family.partial; }

  bool with_unroll(size_t u) {
    const UnrollClass& unroll = problem_.unrolls[u];
    const UnitTimes& t = problem_.times;
    std::vector<int64_t> bodies = least_;
    for (size_t b = 0; b < bodies.size(); ++b)
      bodies[b] = std::max(bodies[b], t.array_busy(programs_.bodies()[b].tile.ext, unroll.unroll) +
                                          t.fill + 2 * t.semaphore);
    const bool unroll_bound = problem_.rules.has(Rule::UnrollBound);
    const int64_t total = least_total(bodies);
    if (unroll_bound && total >= best_) return false;
    const int64_t femtojoules = energy_ ? energy_->outside() + energy_->array(unroll) : 0;
    const int64_t below = energy_ ? cycles_below(femtojoules) : best_;
    if (unroll_bound && total >= below) return false;
    for (size_t b = 0; unroll_bound && b < bodies.size(); ++b) {
      const int64_t limit = most(bodies, b, below - 1) + 1;
      bodies[b] = std::max(bodies[b], table_.least(programs_.bodies()[b], u, limit));
      if (bodies[b] >= limit) return false;
    }
    promises_.push_back({least_total(bodies), femtojoules, u, bodies});
    return true;
  }

  // Whether there is room for some block of the candidate's; a single one is priced.
  bool price(const Open& open, const BlockCandidate& candidate, bool single) {
    const BlockFamily& family = open.family;
    std::vector<int64_t>& bodies = priced_;
    bodies = promises_[open.promise].bodies;
    const int64_t below = energy_ ? cycles_below(open.femtojoules) : best_;
    for (size_t k = 0; k < bodies.size(); ++k) {
      const size_t b = k == 0 ? main_ : (k == main_ ? 0 : k);
      ++counters_.effort;
      const int64_t cycles = body_cycles(problem_.accesses, problem_.times, candidate.plan,
                                         programs_.bodies()[b].tile);
      bodies[b] = single ? cycles : std::max(bodies[b], cycles);
      if (problem_.rules.has(Rule::BodyBound) &&
          programs_.least_total(bodies, wide(family), best_) >= below) {
        counters_.prune(Rule::BodyBound);
        return false;
      }
    }
    if (!single) return true;
    ++counters_.evaluated;
    if (energy_) {
      for (const TileProgram& program : programs_.programs())
        if (program.wide == wide(family))
          keep(programs_.cycles(program, bodies), family, candidate, program);
      return false;
    }
    const TileProgram* program = nullptr;
    const int64_t cycles = programs_.least_total(bodies, wide(family), best_, &program);
    if (program != nullptr) keep(cycles, family, candidate, *program);
    return false;
  }

  void keep(int64_t cycles, const BlockFamily& family, const BlockCandidate& candidate,
            const TileProgram& program) {
    int64_t femtojoules = 0;
    if (energy_) {
      femtojoules = energy_->outside(program);
      if (problem_.value(cycles, femtojoules + energy_->array(family)) >= value_) return;
      femtojoules += energy_->array(family, candidate.b, program);
    }
    MappingChoice choice = programs_.choice(program);
    candidate.write(problem_, family, choice);
    keep(cycles, femtojoules, choice);
  }

  const Problem& problem_;
  const BlockTable& table_;
  const Extents tile_;
  const LeafLimits& limits_;
  TilePrograms programs_;
  Measure value_;                     // what a mapping must stay below
  int64_t best_ = 0;                  // cycles that all must stay below
  int64_t least_energy_ = 0;          // of all
  std::optional<TileEnergy> energy_;  // where the goal counts it
  int64_t family_energy_ = 0;         // of the last one looked at
  std::vector<int64_t> least_, priced_;
  std::vector<Promise> promises_;
  std::vector<BlockFamilies> families_;  // of each body
  std::vector<Open> open_;
  std::optional<Best> found_;
  size_t main_ = 0;  // in the programs' bodies
  bool finished_ = true;
  Counters& counters_;
};

}  // namespace

LeafResult search_leaf(const Problem& problem, const BlockTable& table, const EnergyTables& energy,
                       const Division& division, const Extents& tile, Bypass past_lx,
                       const LeafLimits& limits, Counters& counters) {
  return LeafSearch(problem, table, energy, division, tile, past_lx, limits, counters).run();
}

}  // namespace tilewright
