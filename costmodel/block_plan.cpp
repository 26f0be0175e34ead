#include "costmodel/block_plan.h"

#include <algorithm>

#include "compiler/support/check.h"

namespace tilewright {

BlockOperands::BlockOperands(const Work& work) : reduction(work.reduction) {
  for (Dim d : kDims)
    if (work.extent[d] > 1) several[several_count++] = d;
  for (size_t x = 0; work.kind == WorkKind::Array && x < operands.size(); ++x) {
    const Operand& flat = operands[x];
    const tilewright::Operand& from = work.operands[x];
    TW_CHECK(from.axes.size() <= kMaxAxes, "{} has {} axes", work.name, from.axes.size());
    operands[x].dims = from.dims();
    operands[x].axes = from.axes.size();
    for (size_t a = 0; a < flat.axes; ++a) operands[x].axis[a] = AxisTerms(from.axes[a]);
  }
}

BlockPlan block_plan(const LoopNest& nest) {
  BlockPlan plan;
  set_unroll(plan, nest.unroll, nest.pe_unroll);
  plan.partial = nest.b_partial;
  plan.divided = !nest.rounds.empty();
  plan.cores = nest.cores;
  for (const Loop& loop : nest.b_loops) {
    plan.order[static_cast<size_t>(plan.loops++)] = loop.ref.dim;
    plan.block[loop.ref.dim] = plan.largest[loop.ref.dim] = loop.step;
  }
  for (size_t x = 0; x < nest.inner.size(); ++x) {
    const Motion& m = nest.inner[x];
    BlockPlan::Hop& hop = plan.hops[x];
    hop = {m.outer, m.inner, m.type, m.moves, m.link_bits, m.run_axes, {}};
    std::copy(m.steps.begin(), m.steps.end(), hop.steps.begin());
  }
  return plan;
}

void set_unroll(BlockPlan& plan, const Extents& unroll, const Extents& pe_unroll) {
  for (Dim d : kDims) {
    plan.unroll[d] = unroll[d];
    plan.pe_unroll[d] = pe_unroll[d];
  }
}

void set_block(BlockPlan& plan, const BlockOperands& operands, const Extents& block) {
  set_blocks(plan, operands, block, block);
}

void set_blocks(BlockPlan& plan, const BlockOperands& operands, const Extents& block,
                const Extents& largest) {
  plan.block = block;
  plan.largest = largest;
  for (size_t x = 0; x < plan.hops.size(); ++x)
    for (size_t a = 0; a < operands.operands[x].axes; ++a) {
      const AxisTerms& axis = operands.operands[x].axis[a];
      plan.hops[x].steps[a] = axis.step(axis.extents(block));
    }
}

void set_order(BlockPlan& plan, const BlockOperands& operands, std::span<const Dim> order,
               int64_t bits, bool wide) {
  plan.loops = static_cast<int>(order.size());
  std::copy(order.begin(), order.end(), plan.order.begin());
  plan.partial = unfinished(order, operands.out().dims, operands.reduction);
  DimSet loops = 0;
  for (Dim d : order) loops |= bit(d);
  for (size_t x = 0; x < plan.hops.size(); ++x) {
    plan.hops[x].moves = static_cast<DimSet>(operands.operands[x].dims & loops);
    plan.hops[x].link_bits = bits;
  }
  const bool unfinished_in_lx = wide || plan.partial != 0 || plan.divided;
  if (unfinished_in_lx && plan.hops[2].outer == Place::Lx) plan.hops[2].link_bits = kPartialSumBits;
}

}  // namespace tilewright
