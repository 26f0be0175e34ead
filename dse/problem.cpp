#include "dse/problem.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "compiler/support/check.h"
#include "dse/blocks/dataflows.h"

namespace tilewright {

namespace {

// [E1], and of [E5] what does not depend on the mapping.
int64_t energy_of_all(const Work& work, const System& system, const PrecisionInfo& precision) {
  const auto steps = static_cast<int64_t>(work.expr.steps.size());
  int64_t functions = 0;
  if (work.kind == WorkKind::Array) {
    functions = steps + (work.find(Role::Bias) != nullptr ? 1 : 0);
    for (Dim d : kDims)
      if (contains(work.operand(Role::Out).dims(), d)) functions *= work.extent[d];
  } else if (work.kind == WorkKind::Sfu) {
    functions = work.points() *
                (steps + (work.combine != Combine::Assign ? 1 : 0) + (work.scale != 1.0f ? 1 : 0));
  }
  return work.macs() * precision.mac_energy + functions * system.energy.sfu;
}

// Index of `value` in `values`, which it joins.
template <class T>
size_t index_in(std::vector<T>& values, const T& value) {
  const auto at = std::find(values.begin(), values.end(), value);
  const auto index = static_cast<size_t>(at - values.begin());
  if (at == values.end()) values.push_back(value);
  return index;
}

// Whether one unrolling holds another one whole, several times in each dim.
bool covers(const Extents& more, const Extents& less) {
  return std::all_of(kDims.begin(), kDims.end(), [&](Dim d) {
    return more[d] == less[d] || (more[d] > less[d] && more[d] % less[d] == 0);
  });
}

}  // namespace

Problem::Problem(const Work& work_in, const System& system_in, const PrecisionInfo& precision_in,
                 Goal goal, Reach reach, const Constraints& within_in)
    : work(work_in),
      system(system_in),
      precision(precision_in),
      within(within_in),
      times(work_in, system_in, precision_in),
      accesses(work_in),
      objective{goal, system_in.energy.leakage},
      operands(work_in.operands.size()),
      present(present_dims(work_in)),
      whole(whole_dims(work_in)) {
  TW_CHECK(operands <= kMostOperands, "{} operands", operands);
  for (size_t x = 0; x < operands; ++x) {
    dims[x] = work.operands[x].dims();
    if (work.operands[x].role == Role::Out) out = x;
  }
  out_dims = dims[out];
  if (objective.counts_energy()) fixed_energy = energy_of_all(work, system, precision);
  if (work.kind == WorkKind::Array) find_unrolls(reach);
  if (objective.counts_energy()) find_axis_unrolls();
  if (reach == Reach::Full) return;  // its bounds need no profiles
  const auto free = static_cast<unsigned>(present & ~whole);
  for (unsigned several = free;; several = (several - 1) & free) {
    find_profiles(static_cast<DimSet>(several));
    if (several == 0) break;
  }
}

void Problem::find_unrolls(Reach reach) {
  const bool all = reach == Reach::Full;
  flows = all ? fullest_dataflows(work, system, within) : dataflows(work, system);
  inner_places = all ? all_places(system, within) : places(system);
  std::map<std::tuple<Extents, Extents, Extents>, size_t> classes;
  for (size_t f = 0; f < flows.size(); ++f) {
    const Extents pe_unroll = times.lrf_load_cycles > 0 ? flows[f].pe_unroll : Extents::filled(1);
    Extents lanes = Extents::filled(1);
    if (objective.counts_energy() && system.energy.lrf > 0)
      for (const Unroll& u : flows[f].p.lanes) lanes[u.dim] *= u.factor;
    const auto [known, is_new] =
        classes.emplace(std::tuple(flows[f].unroll, pe_unroll, lanes), unrolls.size());
    if (is_new) {
      UnrollClass& fresh = unrolls.emplace_back();
      fresh.unroll = flows[f].unroll;
      fresh.pe_unroll = pe_unroll;
      fresh.lanes = lanes;
    }
    unrolls[known->second].flows.push_back(f);
  }
  for (UnrollClass& c : unrolls)
    for (size_t d = 0; d < kDimCount; ++d) {
      c.value[d] = index_in(unroll_values[d], c.unroll.values[d]);
      c.lane_value[d] = index_in(lane_values[d], c.lanes.values[d]);
    }
  for (UnrollClass& c : unrolls)
    for (const UnrollClass& other : unrolls) {
      // Of classes that unroll alike the first one stands for all.
      if (&c == &other || (c.unroll == other.unroll && &c < &other)) continue;
      if (covers(other.unroll, c.unroll)) {
        c.dominated = true;
        break;
      }
    }
}

void Problem::find_axis_unrolls() {
  for (size_t x = 0; x < 2; ++x) {
    if (std::none_of(flows.begin(), flows.end(),
                     [x](const Dataflow& flow) { return flow.inner[x] == Place::Pe; }))
      continue;
    for (const AccessAxis& axis : work.operands[x].axes) {
      std::vector<Extents> values;
      for (UnrollClass& c : unrolls) {
        Extents own = Extents::filled(1);
        for (const AccessTerm& term : axis.terms) own[term.dim] = c.unroll[term.dim];
        c.axis_value[x].push_back(index_in(values, own));
      }
      axis_unrolls[x].push_back(std::move(values));
    }
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

Measure Problem::counted_value(const RapidDsc& dsc, int64_t cycles) const {
  if (!objective.counts_energy()) return cycles;
  return objective.of(cycles, energy(work, system, precision, dsc, cycles));
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
