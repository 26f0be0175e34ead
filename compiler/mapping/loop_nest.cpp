#include "compiler/mapping/loop_nest.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/share.h"
#include "compiler/support/check.h"

namespace tilewright {

DimSet unfinished(std::span<const Dim> loops, DimSet operand, DimSet reduction) {
  DimSet outside = 0, pending = 0;
  for (Dim d : loops) {
    if (contains(reduction, d)) pending |= bit(d);
    if (contains(operand, d)) outside = pending;
  }
  return outside;
}

namespace {

std::vector<Loop> loops_of(const RapidDsc& dsc, Stage stage, const Extents& limit,
                           const Extents& step) {
  std::vector<Loop> loops;
  for (const LoopRef& ref : dsc.loop_order)
    if (ref.stage == stage)
      loops.push_back(
          {ref, limit[ref.dim], step[ref.dim], ceil_div(limit[ref.dim], step[ref.dim])});
  return loops;
}

DimSet dims_of(const std::vector<Loop>& loops) {
  DimSet set = 0;
  for (const Loop& loop : loops) set |= bit(loop.ref.dim);
  return set;
}

DimSet unfinished(const std::vector<Loop>& loops, DimSet out, DimSet reduction) {
  std::vector<Dim> dims;
  for (const Loop& loop : loops) dims.push_back(loop.ref.dim);
  return unfinished(std::span<const Dim>(dims), out, reduction);
}

struct Hop {
  const Extents* box;  // T or B
  DimSet loops;
  size_t transfer;  // index in DataStructure::transfers
};

Motion motion_of(const Work& work, const RapidDsc& dsc, size_t operand, const Hop& hop) {
  const Operand& o = work.operands[operand];
  const DataTransfer& transfer = dsc.data_structures[operand].transfers[hop.transfer];
  Motion m;
  m.operand = static_cast<int>(operand);
  m.role = o.role;
  m.type = transfer.type;
  m.store = o.role == Role::Out;
  m.inner = inner_place(transfer, o.role);
  m.outer = m.store ? transfer.dst : transfer.src;
  m.moves = static_cast<DimSet>(o.dims() & hop.loops);
  const bool ahead = m.type == TransferType::DoubleBuffer ||
                     (m.inner == Place::Lx && m.type == TransferType::Stream);
  m.buffers = ahead && m.moves != 0 ? 2 : 1;
  for (const AccessAxis& axis : o.axes) m.steps.push_back(lattice_step(axis, *hop.box));
  m.buffer_elems = footprint_elems(o, *hop.box, *hop.box);
  if (transfer.slide) m.slide = slide_of(o, dsc);
  for (Dim d : kDims)
    if (contains(o.dims(), d)) m.pieces *= dsc.core_d.parts[d];
  return m;
}

}  // namespace

LoopNest lower(const Work& work, const System& system, const PrecisionInfo& precision,
               const RapidDsc& dsc) {
  LoopNest nest;
  nest.unroll = nest.pe_unroll = Extents::filled(1);
  for (Dim d : kDims) {
    nest.cores *= dsc.core_d.parts[d];
    nest.share[d] = largest_share(work.extent[d], dsc.core_d.parts[d]);
  }
  for (const auto* axis : {&dsc.p.rows, &dsc.p.columns, &dsc.p.lanes, &dsc.p.corelets})
    for (const Unroll& u : *axis) {
      nest.unroll[u.dim] *= u.factor;
      if (axis != &dsc.p.lanes) nest.pe_unroll[u.dim] *= u.factor;
    }
  nest.t_loops = loops_of(dsc, Stage::T, nest.share, dsc.t);
  nest.b_loops = loops_of(dsc, Stage::B, dsc.t, dsc.b);
  nest.t_partial = static_cast<DimSet>(dims_of(nest.t_loops) & work.reduction);
  nest.b_partial = unfinished(nest.b_loops, work.operand(Role::Out).dims(), work.reduction);
  nest.rounds = reduction_rounds(dsc, work.reduction);
  nest.finishes = !nest.rounds.empty() && work.kind == WorkKind::Array &&
                  (work.find(Role::Bias) != nullptr || !work.expr.steps.empty());

  const int64_t out_cell =
      work.kind != WorkKind::Move && nest.has_partial_sums() ? kPartialSumBits : precision.bits;
  for (size_t o = 0; o < work.operands.size(); ++o) {
    const Operand& operand = work.operands[o];
    const bool out = operand.role == Role::Out;
    const std::vector<DataTransfer>& hops = dsc.data_structures[o].transfers;
    const auto tile_moves = static_cast<DimSet>(operand.dims() & dims_of(nest.t_loops));
    for (size_t hop = 0; hop < hops.size(); ++hop) {
      const bool inner = at_array(hops[hop], operand.role);
      Motion m =
          motion_of(work, dsc, o,
                    {inner ? &dsc.b : &dsc.t, dims_of(inner ? nest.b_loops : nest.t_loops), hop});
      m.tile_moves = tile_moves;
      m.link_bits = precision.bits;
      if (inner) {
        m.cell_bits = out ? kPartialSumBits : precision.bits;
        if (out && m.outer == Place::Lx) m.link_bits = out_cell;
      } else {
        m.cell_bits = out ? out_cell : precision.bits;
        if (out) m.revisits = unfinished(nest.t_loops, operand.dims(), work.reduction);
        m.ring = ring_load(dsc, operand.dims(), system.chip, out ? work.reduction : DimSet{0});
      }
      if (m.outer == Place::External) m.run_axes = run_axes(operand, dsc.n, inner ? dsc.b : dsc.t);
      (inner ? nest.inner : nest.external).push_back(m);
    }
  }
  std::stable_partition(nest.external.begin(), nest.external.end(),
                        [](const Motion& m) { return !m.store; });
  return nest;
}

}  // namespace tilewright
