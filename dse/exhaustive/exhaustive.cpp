#include "dse/exhaustive/exhaustive.h"

#include <algorithm>
#include <tuple>

#include "compiler/mapping/capacity.h"
#include "compiler/mapping/footprint.h"
#include "compiler/mapping/share.h"
#include "costmodel/price.h"
#include "dse/exhaustive/by_index.h"
#include "dse/exhaustive/fitting_boxes.h"
#include "dse/exhaustive/tile_pricing.h"
#include "dse/space/division_ways.h"

namespace tilewright::exhaustive {

namespace {

// Divisions and tiles of an array layer.
class Walk {
 public:
  Walk(const Problem& problem, const Constraints& constraints, const SearchOptions& options,
       Outcome& outcome, size_t steps_at_once)
      : problem_(problem),
        constraints_(constraints),
        tables_(problem, constraints, steps_at_once),
        ways_(problem.work, problem.system.chip.cores, constraints),
        stop_(options.stop),
        max_evaluations_(options.max_evaluations),
        outcome_(outcome) {}

  // Whether nothing ended it.
  bool run() { return divide(0, ways_.cores()); }

 private:
  bool divide(size_t k, int64_t cores) {
    if (k == kDimCount) {
      for (int64_t way = 0; way < ways_.count(parts_); ++way)
        if (!with_division(ways_.at(parts_, way))) return false;
      return true;
    }
    const Range range = both(ways_.parts(kDims[k]), {1, cores});
    for (int64_t p = range.least; p <= range.most; ++p) {
      parts_.values[k] = p;
      if (!divide(k + 1, cores / p)) return false;
    }
    return true;
  }

  bool with_division(const CoreDivision& cores) {
    DimMap<Range> tiles;
    for (Dim d : kDims)
      tiles[d] = constraints_.tiles(d, largest_share(problem_.work.extent[d], cores.parts[d]));
    return for_each_fitting(
        tiles, [this](const Extents& tile) { return may_fit(tile, problem_.precision.bits); },
        [&](const Extents& tile) { return with_tile(cores, tile); });
  }

  // Whether Lx has room for a tile with one buffer of everything, for all or for all but an operand
  // that may bypass it; OUT in cells of so many bits.
  bool may_fit(const Extents& tile, int64_t out_cell) const {
    std::array<int64_t, kMostOperands> bytes{};
    int64_t all = 0;
    for (size_t x = 0; x < problem_.operands; ++x) {
      const int64_t elems = footprint_elems(problem_.work.operands[x], tile, tile);
      all += bytes[x] =
          lx_buffer_bytes(elems, x == problem_.out ? out_cell : problem_.precision.bits, 1);
    }
    const auto& sections = tables_.loops.sections;
    return std::any_of(sections.begin(), sections.end(), [&](const Section& section) {
      return all - (section.past_lx ? bytes[*section.past_lx] : 0) <= problem_.system.core.lx_bytes;
    });
  }

  bool with_tile(const CoreDivision& cores, const Extents& tile) {
    if (outcome_.counters.effort >= max_evaluations_ || stop_.raised()) return false;
    ++outcome_.counters.effort;
    bool sums = false;
    for (Dim d : kDims)
      sums |= contains(problem_.work.reduction, d) && tile[d] < problem_.work.extent[d];
    if (sums && !may_fit(tile, kPartialSumBits)) return true;
    const RapidDsc& best = outcome_.best.dsc;
    PricingLimits limits;
    limits.below = static_cast<int64_t>(outcome_.best.value);
    limits.as_good = std::tie(cores, tile) <= std::tie(best.core_d, best.t);
    limits.max_evaluations = max_evaluations_;
    limits.stop = stop_;
    const TileResult result = price_tile(tables_, cores, tile, limits, outcome_.counters);
    if (result.best) outcome_.adopt(*result.best);
    return result.finished;
  }

  const Problem& problem_;
  const Constraints& constraints_;
  Tables tables_;
  DivisionWays ways_;
  const StopFlag stop_;
  const int64_t max_evaluations_;
  Outcome& outcome_;
  Extents parts_ = Extents::filled(1);
};

}  // namespace

Outcome search(const Problem& problem, const Space& space, const Constraints& constraints,
               const SearchOptions& options, const Best& first, size_t steps_at_once) {
  Outcome outcome;
  outcome.best = first;
  outcome.bound = problem.value(lower_bound_cycles(problem.work, problem.system, problem.precision),
                                problem.fixed_energy);
  if (problem.objective.goal == Goal::Latency && problem.work.kind == WorkKind::Array)
    outcome.proven = Walk(problem, constraints, options, outcome, steps_at_once).run();
  else
    price_by_index(problem, space, options, outcome);
  if (outcome.proven) outcome.bound = outcome.best.value;
  return outcome;
}

}  // namespace tilewright::exhaustive
