#include "dse/blocks/candidate.h"

namespace tilewright {

void BlockCandidate::write(const Problem& problem, const BlockFamily& family,
                           MappingChoice& choice) const {
  choice.b = b;
  choice.p = problem.flows[flow].p;
  choice.b_order.assign(family.order.begin(), family.order.begin() + family.loops);
  for (size_t x = 0; x < 3; ++x) choice.types[x][1] = family.types[x];
  for (size_t x = 0; x < 3; ++x) choice.inner[x] = problem.flows[flow].inner[x];
}

BlockPlan plan_of(const Problem& problem, const BlockFamily& family, bool wide) {
  BlockPlan plan;
  set_unroll(plan, family.unroll->unroll, family.unroll->pe_unroll);
  for (size_t x = 0; x < 3; ++x) {
    plan.hops[x].inner = (*family.places)[x];
    plan.hops[x].type = family.types[x];
  }
  if (family.past_lx) {
    const size_t x = *family.past_lx;
    Extents block;  // which blocks of a family lie as runs is the same for all of them
    for (size_t k = 0; k < kDimCount; ++k) block.values[k] = family.cut[k].lo;
    plan.hops[x].outer = Place::External;
    plan.hops[x].run_axes = run_axes(problem.work.operands[x], problem.work.extent, block);
    plan.cores = family.cores;
  }
  set_order(plan, problem.accesses, {family.order.data(), static_cast<size_t>(family.loops)},
            problem.precision.bits, wide);
  return plan;
}

}  // namespace tilewright
