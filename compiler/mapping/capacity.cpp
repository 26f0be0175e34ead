#include "compiler/mapping/capacity.h"

#include "compiler/mapping/footprint.h"

namespace tilewright {

namespace {

void divide(Extents& block, const std::vector<Unroll>& axis) {
  for (const Unroll& u : axis) block[u.dim] = ceil_div(block[u.dim], u.factor);
}

}  // namespace

int64_t lx_buffer_bytes(int64_t elems, int64_t cell_bits, int64_t buffers) {
  return round_up(packed_bytes(elems, cell_bits) * buffers, kLxAlignBytes);
}

int64_t lx_buffer_bytes(const Work& work, const Motion& motion) {
  if (work.kind == WorkKind::Move && motion.store) return 0;
  return lx_buffer_bytes(motion.buffer_elems, motion.cell_bits, motion.buffers);
}

int64_t block_elems(const Operand& operand, const ArrayWork& p, const Extents& block, Place inner) {
  Extents part = block;
  divide(part, p.corelets);
  if (inner != Place::L0) divide(part, p.columns);
  if (inner == Place::Lrf) divide(part, p.rows);
  if (inner == Place::Acc) divide(part, p.lanes);
  return footprint_elems(operand, block, part);
}

Capacity capacity(const Work& work, const RapidDsc& dsc, const LoopNest& nest) {
  Capacity used;
  for (const Motion& m : nest.external) used.lx_bytes += lx_buffer_bytes(work, m);
  for (const Motion& m : nest.inner) {
    const Operand& operand = work.operands[static_cast<size_t>(m.operand)];
    if (m.inner == Place::Pe) continue;
    const int64_t elems = block_elems(operand, dsc.p, dsc.b, m.inner);
    if (m.inner == Place::Acc)
      used.accumulators += elems * m.buffers;
    else
      (m.inner == Place::Lrf ? used.lrf_bytes : used.l0_bytes) +=
          packed_bytes(elems, m.cell_bits) * m.buffers;
  }
  return used;
}

}  // namespace tilewright
