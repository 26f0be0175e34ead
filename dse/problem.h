// One layer on one system, with everything that all of its mappings share.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/mapping/loop_nest.h"
#include "costmodel/block_plan.h"
#include "costmodel/levels.h"
#include "costmodel/unit_times.h"
#include "dse/counters.h"
#include "dse/objective.h"
#include "dse/space.h"
#include "dse/space/constraints.h"

namespace tilewright {

// The operand that bypasses Lx, if any.
using Bypass = std::optional<size_t>;

// Tile orders alike in how often each operand crosses the external link.
struct OrderProfile {
  // Per operand: loops that it does not depend on but that lie outside its innermost moving loop.
  std::array<DimSet, kMostOperands> again{};
  std::vector<std::vector<Dim>> orders;
};

// Dataflows of one unrolling: they differ in where operands sit and in which axis holds what.
struct UnrollClass {
  Extents unroll;
  Extents pe_unroll;                      // where the time of loads into the LRFs depends on it
  Extents lanes;                          // where the energy of reads from the LRFs depends on it
  std::vector<size_t> flows;              // indices in Problem::flows
  std::array<size_t, kDimCount> value{};  // per dim: index in Problem::unroll_values
  std::array<size_t, kDimCount> lane_value{};  // the same in Problem::lane_values
  // Per operand that streams into PEs, per axis: index in Problem::axis_unrolls.
  std::array<std::vector<size_t>, 2> axis_value;
  bool dominated = false;  // another class unrolls each dim by at least as much
};

struct Problem {
  Problem(const Work& work_in, const System& system_in, const PrecisionInfo& precision_in,
          Goal goal = Goal::Latency, Reach reach = Reach::Balanced,
          const Constraints& within_in = {});

  const Work& work;
  const System& system;
  const PrecisionInfo& precision;
  const Constraints within;  // what the search of the full space keeps to
  UnitTimes times;
  BlockOperands accesses;  // of Array layers
  Objective objective;
  TimingModel timing = TimingModel::Waveform;
  RuleSet rules;                 // in use
  bool may_bypass = false;       // an operand may bypass Lx
  size_t operands = 0, out = 0;  // how many; which is OUT
  std::array<DimSet, kMostOperands> dims{};
  DimSet present = 0, whole = 0;
  DimSet out_dims = 0;

  // Array layers only.
  std::vector<Dataflow> flows;
  std::vector<Places> inner_places;
  std::vector<UnrollClass> unrolls;
  std::array<std::vector<int64_t>, kDimCount> unroll_values, lane_values;
  // Per operand that streams into PEs, where energy counts, per axis: how it may be unrolled.
  std::array<std::vector<std::vector<Extents>>, 2> axis_unrolls;

  // For every set of T loops of several trips that can occur in the balanced space.
  const std::vector<OrderProfile>& profiles(DimSet several) const { return profiles_[several]; }

  // [E2], [E3] Femtojoules of what the arrays read of INP and KER beside them, and of their sums.
  // steps(k, lanes): how often a step of all neighbours along dim k, or of a PE's lanes alone, is
  // taken: the sum over blocks of ceil(extent / unrolling).
  template <class Steps>
  int64_t read_energy(const Places& places, Steps&& steps) const;

  // Fewest cycles that one step of the T loops takes.
  int64_t least_step_cycles() const;

  // Femtojoules that all mappings take; 0 where the objective does not count them.
  int64_t fixed_energy = 0;
  Measure value(int64_t cycles, int64_t femtojoules) const {
    return objective.of(cycles, femtojoules);
  }
  // Of so many elements, packed.
  int64_t bytes(int64_t elems) const { return packed_bytes(elems, precision.bits); }
  // Of a legal mapping that takes so many cycles.
  Measure counted_value(const RapidDsc& dsc, int64_t cycles) const;

 private:
  void find_unrolls(Reach reach);
  void find_axis_unrolls();
  void find_profiles(DimSet several);

  std::array<std::vector<OrderProfile>, 256> profiles_;
};

template <class Steps>
int64_t Problem::read_energy(const Places& places, Steps&& steps) const {
  const EnergyTable& table = system.energy;
  const auto product = [&](DimSet whole_extents, bool lanes) {
    int64_t n = 1;
    for (size_t k = 0; k < kDimCount; ++k)
      n *= contains(whole_extents, kDims[k]) ? work.extent.values[k] : steps(k, lanes);
    return n;
  };
  int64_t energy = 0;
  for (size_t x = 0; x < 2; ++x) {
    const bool lrf = places[x] == Place::Lrf;
    const int64_t byte = lrf ? table.lrf : table.l0;
    if (places[x] == Place::Pe || byte == 0) continue;
    energy += bytes(product(dims[x], lrf)) * byte;
  }
  if (places[2] == Place::Lrf) return energy + 2 * kPartialSumBytes * work.macs() * table.lrf;
  if (table.accumulator == 0) return energy;
  const auto kept = static_cast<DimSet>(~work.reduction);
  return energy + 2 * kPartialSumBytes * table.accumulator * product(kept, false);
}

}  // namespace tilewright
