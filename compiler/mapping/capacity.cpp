#include "compiler/mapping/capacity.h"

#include "compiler/mapping/footprint.h"

namespace tilewright {

namespace {

void divide(Extents& block, const std::vector<Unroll>& axis) {
  for (const Unroll& u : axis) block[u.dim] = ceil_div(block[u.dim], u.factor);
}

}  // namespace

int64_t lx_buffer_bytes(const Work& work, const Motion& motion) {
  if (work.kind == WorkKind::Move && motion.store) return 0;
  return round_up(motion.buffer_elems * motion.buffers * motion.cell_bytes, kLxAlignBytes);
}

Capacity capacity(const Work& work, const RapidDsc& dsc, const LoopNest& nest) {
  Capacity used;
  for (const Motion& m : nest.external) used.lx_bytes += lx_buffer_bytes(work, m);
  Extents corelet = dsc.b;
  divide(corelet, dsc.p.corelets);
  Extents pe = corelet;
  divide(pe, dsc.p.rows);
  divide(pe, dsc.p.columns);
  Extents lane = corelet;
  divide(lane, dsc.p.columns);
  divide(lane, dsc.p.lanes);
  for (const Motion& m : nest.inner) {
    const Operand& operand = work.operands[static_cast<size_t>(m.operand)];
    const Extents& part = m.store ? lane : m.inner == Place::Lrf ? pe : corelet;
    const int64_t elems = footprint_elems(operand, dsc.b, part) * m.buffers;
    if (m.store)
      used.accumulators += elems;
    else
      (m.inner == Place::Lrf ? used.lrf_bytes : used.l0_bytes) += elems * m.cell_bytes;
  }
  return used;
}

}  // namespace tilewright
