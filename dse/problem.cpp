#include "dse/problem.h"

#include <algorithm>

#include "compiler/support/check.h"

namespace tilewright {

Problem::Problem(const Work& work_in, const System& system_in, const PrecisionInfo& precision_in)
    : work(work_in),
      system(system_in),
      precision(precision_in),
      times(work_in, system_in, precision_in),
      operands(work_in.operands.size()),
      present(present_dims(work_in)),
      whole(whole_dims(work_in)) {
  TW_CHECK(operands <= kMaxOperands, "{} operands", operands);
  for (size_t x = 0; x < operands; ++x) {
    dims[x] = work.operands[x].dims();
    if (work.operands[x].role == Role::Out) out = x;
  }
  out_dims = dims[out];
  if (work.kind == WorkKind::Array) find_unrolls();
  const auto free = static_cast<unsigned>(present & ~whole);
  for (unsigned several = free;; several = (several - 1) & free) {
    find_profiles(static_cast<DimSet>(several));
    if (several == 0) break;
  }
}

void Problem::find_unrolls() {
  flows = dataflows(work, system);
  for (size_t f = 0; f < flows.size(); ++f) {
    const Extents pe_unroll = times.lrf_load_cycles > 0 ? flows[f].pe_unroll : Extents::filled(1);
    auto known = std::find_if(unrolls.begin(), unrolls.end(), [&](const UnrollClass& c) {
      return c.unroll == flows[f].unroll && c.pe_unroll == pe_unroll;
    });
    if (known == unrolls.end()) {
      UnrollClass fresh;
      fresh.unroll = flows[f].unroll;
      fresh.pe_unroll = pe_unroll;
      known = unrolls.insert(known, std::move(fresh));
    }
    known->flows.push_back(f);
  }
  for (UnrollClass& c : unrolls)
    for (size_t d = 0; d < kDimCount; ++d) {
      auto& values = unroll_values[d];
      const auto at = std::find(values.begin(), values.end(), c.unroll.values[d]);
      c.value[d] = static_cast<size_t>(at - values.begin());
      if (at == values.end()) values.push_back(c.unroll.values[d]);
    }
  for (UnrollClass& c : unrolls)
    for (const UnrollClass& other : unrolls) {
      if (&c == &other) continue;
      bool covers = true;
      for (Dim d : kDims) covers &= other.unroll[d] % c.unroll[d] == 0;
      c.dominated |= covers;
    }
}

void Problem::find_profiles(DimSet several) {
  auto& found = profiles_[several];
  for (std::vector<Dim>& order : tile_orders(work, several)) {
    OrderProfile profile;
    for (size_t x = 0; x < operands; ++x) {
      DimSet outside = 0;
      for (Dim d : order) {
        if (contains(dims[x], d)) profile.again[x] = outside;
        outside |= contains(dims[x], d) ? DimSet{0} : bit(d);
      }
    }
    auto known = std::find_if(found.begin(), found.end(),
                              [&](const OrderProfile& p) { return p.again == profile.again; });
    if (known == found.end()) known = found.insert(known, std::move(profile));
    known->orders.push_back(std::move(order));
  }
}

int64_t Problem::least_step_cycles() const {
  switch (work.kind) {
    case WorkKind::Array:
      return 4 * times.semaphore + times.fill + ceil_mul(1, times.mac_cycles);
    case WorkKind::Sfu:
      return 2 * times.semaphore + times.sfu_latency + times.elementwise_cycles;
    case WorkKind::Move:
      return 1;
  }
  return 1;
}

}  // namespace tilewright
