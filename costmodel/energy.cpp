#include "costmodel/energy.h"

#include "compiler/mapping/loop_nest.h"
#include "compiler/mapping/share.h"
#include "costmodel/price.h"

namespace tilewright {

namespace {

// Sum of value(extent) along one dim over all slices of the cores, their tiles and blocks.
template <class Value>
int64_t sum_over_blocks(Dim d, const RapidDsc& dsc, Value&& value) {
  const auto cut = [](int64_t whole, int64_t piece, auto&& each) {
    const int64_t rest = whole % piece;
    return whole / piece * each(piece) + (rest > 0 ? each(rest) : 0);
  };
  int64_t sum = 0;
  for (const Slice& slice : slices(dsc.n[d], dsc.core_d.parts[d], dsc.core_d.share))
    sum += cut(slice.size, dsc.t[d], [&](int64_t tile) { return cut(tile, dsc.b[d], value); });
  return sum;
}

Extents factors(std::initializer_list<const std::vector<Unroll>*> axes) {
  Extents product = Extents::filled(1);
  for (const auto* axis : axes)
    for (const Unroll& u : *axis) product[u.dim] *= u.factor;
  return product;
}

// Accesses of something that changes with `dims`, and that one access serves for as many
// neighbours along the other dims as `shared` says.
int64_t accesses(const RapidDsc& dsc, DimSet dims, const Extents& shared) {
  int64_t count = 1;
  for (Dim d : kDims)
    count *= sum_over_blocks(
        d, dsc, [&](int64_t e) { return contains(dims, d) ? e : ceil_div(e, shared[d]); });
  return count;
}

int64_t outputs(const Work& work) {
  int64_t n = 1;
  for (Dim d : kDims)
    if (contains(work.operand(Role::Out).dims(), d)) n *= work.extent[d];
  return n;
}

// [E2], [E3] What the arrays read and add up.
void add_array(Energy& energy, const Work& work, const System& system,
               const PrecisionInfo& precision, const RapidDsc& dsc) {
  const ArrayWork& p = dsc.p;
  for (size_t x = 0; x < 2; ++x) {
    const Place place = dsc.data_structures[x].transfers.back().dst;
    if (place == Place::Pe) continue;  // read from Lx
    const bool lrf = place == Place::Lrf;
    const Extents shared =
        lrf ? factors({&p.lanes}) : factors({&p.rows, &p.columns, &p.lanes, &p.corelets});
    const int64_t bytes =
        packed_bytes(accesses(dsc, work.operands[x].dims(), shared), precision.bits);
    (lrf ? energy.lrf : energy.l0) += bytes * (lrf ? system.energy.lrf : system.energy.l0);
  }
  if (dsc.data_structures[2].transfers.back().src == Place::Lrf) {  // each PE adds to its own
    energy.lrf += 2 * kPartialSumBytes * work.macs() * system.energy.lrf;
    return;
  }
  const Extents summed = factors({&p.rows, &p.corelets});
  const auto kept = static_cast<DimSet>(~work.reduction);
  energy.accumulator +=
      2 * kPartialSumBytes * accesses(dsc, kept, summed) * system.energy.accumulator;
}

// [E5] Scalar functions: of each output once, and an addition for each time that a partial sum in
// Lx is added to. Off the array, of each point.
int64_t functions(const Work& work, const Traffic& bytes) {
  const auto steps = static_cast<int64_t>(work.expr.steps.size());
  if (work.kind == WorkKind::Move) return 0;
  if (work.kind == WorkKind::Sfu)
    return work.points() *
           (steps + (work.combine != Combine::Assign ? 1 : 0) + (work.scale != 1.0f ? 1 : 0));
  return outputs(work) * (steps + (work.find(Role::Bias) != nullptr ? 1 : 0)) + bytes.added;
}

// [E4] What the array's links and transfers past Lx read or write beside the array.
void add_past_lx(Energy& result, const LoopNest& nest, const Traffic& bytes,
                 const EnergyTable& table) {
  int64_t drained = bytes.array_out - bytes.finish_out;
  for (const Motion& m : nest.inner) {
    if (m.outer != Place::External) continue;
    if (m.store)
      drained = bytes.past_lx;
    else
      (m.inner == Place::Lrf ? result.lrf : result.l0) +=
          bytes.past_lx * (m.inner == Place::Lrf ? table.lrf : table.l0);
  }
  if (nest.inner.back().inner == Place::Lrf)
    result.lrf += drained * table.lrf;
  else
    result.accumulator += drained * table.accumulator;
}

}  // namespace

bool has_energy(const System& system, const PrecisionInfo& precision) {
  return system.energy != EnergyTable{} || precision.mac_energy != 0;
}

Energy energy(const Work& work, const System& system, const PrecisionInfo& precision,
              const RapidDsc& dsc, int64_t cycles) {
  Energy result;
  const EnergyTable& table = system.energy;
  const UnitTimes times(work, system, precision);
  const LoopNest nest = lower(work, system, precision, dsc);
  const Traffic bytes = traffic(work, times, dsc, nest, TileGrid(work, times, dsc, nest));
  result.mac = work.macs() * precision.mac_energy;
  if (work.kind == WorkKind::Array) {
    add_array(result, work, system, precision, dsc);
    result.lrf += bytes.into_lrf * table.lrf;
    result.l0 += (bytes.array_in - bytes.finish_in - bytes.into_lrf - bytes.into_pe) * table.l0;
    add_past_lx(result, nest, bytes, table);
  }
  // [E7] What is handed on is read, and added to what the next core reads and writes.
  result.ring = bytes.ring_hops * table.ring;
  result.lx = (bytes.lx_outer + bytes.array_in + bytes.array_out + 3 * bytes.ring) * table.lx;
  result.external = bytes.external * table.external;
  result.sfu = (functions(work, bytes) + bytes.ring / kPartialSumBytes) * table.sfu;
  result.leakage = cycles * table.leakage;
  return result;
}

}  // namespace tilewright
