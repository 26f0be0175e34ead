// The blocks of one family, one by one.
#pragma once

#include "compiler/mapping/compose.h"
#include "costmodel/block_plan.h"
#include "dse/blocks/family.h"
#include "dse/room.h"

namespace tilewright {

// One dataflow, block, order of block loops and choice of hops, ready to price a body.
struct BlockCandidate {
  size_t flow = 0;  // in Problem::flows
  Extents b;
  BlockPlan plan;

  void write(const Problem& problem, const BlockFamily& family, MappingChoice& choice) const;
};

// Calls visit(candidate) for each block of the family that wants(cycles) lets through and that
// fits. `wide`: OUT in Lx has cells of partial sums. `body`: extents of the body that the family's
// bound is about. `one`: the block of the most even cuts alone.
template <class Wants, class Visit>
void for_each_block(const Problem& problem, const BlockFamily& family, const Extents& body,
                    bool wide, bool one, Wants&& wants, Visit&& visit, Counters& counters);

// The plan of a family, its block still to be set.
BlockPlan plan_of(const Problem& problem, const BlockFamily& family, bool wide);

template <class Wants, class Visit>
void for_each_block(const Problem& problem, const BlockFamily& family, const Extents& body,
                    bool wide, bool one, Wants&& wants, Visit&& visit, Counters& counters) {
  BlockCandidate candidate;
  candidate.plan = plan_of(problem, family, wide);
  const std::array<int64_t, 3> buffers = buffers_of(family.types);
  const auto finish = [&](int64_t steps) {
    const int64_t least =
        std::max(family.least, family.beside + ceil_mul(steps, problem.times.mac_cycles));
    if (!wants(least)) {
      counters.prune(Rule::BlockBound);
      return;
    }
    const int flow = flow_that_fits(problem, *family.unroll, *family.places, candidate.b, buffers);
    if (flow < 0) {
      counters.prune(Rule::ArrayCapacity);
      return;
    }
    candidate.flow = static_cast<size_t>(flow);
    set_block(candidate.plan, problem.accesses, candidate.b);
    visit(static_cast<const BlockCandidate&>(candidate));
  };
  const auto choose = [&](auto&& self, size_t k, int64_t steps) -> void {
    if (k == kDimCount) return finish(steps);
    const Plateau& cut = family.cut[k];
    for (int64_t b = cut.lo; b <= (one ? cut.lo : cut.hi); ++b) {
      candidate.b.values[k] = b;
      const int64_t extent = body.values[k];
      self(self, k + 1,
           steps * Plateau{extent, ceil_div(extent, b), 1, 1}.steps(
                       std::min(b, extent), family.unroll->unroll.values[k]));
    }
  };
  choose(choose, 0, 1);
}

}  // namespace tilewright
