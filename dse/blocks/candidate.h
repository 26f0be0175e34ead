// The blocks of one family, one by one.
#pragma once

#include "compiler/mapping/compose.h"
#include "costmodel/block_plan.h"
#include "dse/blocks/family.h"
#include "dse/cut_order.h"
#include "dse/room.h"

namespace tilewright {

// One dataflow, block, order of block loops and choice of hops, ready to price a body.
struct BlockCandidate {
  size_t flow = 0;  // in Problem::flows
  Extents b;
  BlockPlan plan;

  void write(const Problem& problem, const BlockFamily& family, MappingChoice& choice) const;
};

// Blocks of the family by boxes of their sizes, cut in two until one block is left, where
// price(candidate, single) says so: the candidate's plan then is of some block between its `b` and
// the largest of the box; `single`: of that block.
template <class Price>
void for_each_block(const Problem& problem, const BlockFamily& family, bool wide, Price&& price,
                    Counters& counters);

// The plan of a family, its block still to be set.
BlockPlan plan_of(const Problem& problem, const BlockFamily& family, bool wide);

template <class Price>
void for_each_block(const Problem& problem, const BlockFamily& family, bool wide, Price&& price,
                    Counters& counters) {
  BlockCandidate candidate;
  candidate.plan = plan_of(problem, family, wide);
  const std::array<int64_t, 3> buffers = buffers_of(family.types);
  const auto search = [&](auto&& self, const Extents& lo, const Extents& hi) -> void {
    const bool single = lo == hi, early = problem.rules.has(Rule::ArrayCapacity);
    const int flow = flow_that_fits(problem, *family.unroll, *family.places, lo, buffers);
    if (flow < 0 && early) counters.prune(Rule::ArrayCapacity);
    if (flow < 0 && (early || single)) return;
    candidate.flow = static_cast<size_t>(flow);
    candidate.b = lo;
    set_blocks(candidate.plan, problem.accesses, lo, hi);
    if (!price(static_cast<const BlockCandidate&>(candidate), single) || single) return;
    const size_t k = widest(lo.values, hi.values);
    const int64_t middle = lo.values[k] + (hi.values[k] - lo.values[k]) / 2;
    Extents below = hi, above = lo;
    below.values[k] = middle;
    above.values[k] = middle + 1;
    self(self, lo, below);
    self(self, above, hi);
  };
  Extents lo, hi;
  for (size_t k = 0; k < kDimCount; ++k) {
    lo.values[k] = family.cut[k].lo;
    hi.values[k] = family.cut[k].hi;
  }
  search(search, lo, hi);
}

}  // namespace tilewright
