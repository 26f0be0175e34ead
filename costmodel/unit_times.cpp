#include "costmodel/unit_times.h"

#include <algorithm>

namespace tilewright {

namespace {

int64_t expr_cycles(const ScalarExpr& expr, const Sfu& sfu) {
  int64_t cycles = 0;
  for (const ScalarStep& step : expr.steps)
    cycles += is_special(step.op) ? sfu.special_cycles : sfu.simple_cycles;
  return cycles;
}

}  // namespace

UnitTimes::UnitTimes(const Work& work, const System& system, const PrecisionInfo& precision)
    : array_in(system.core.array_in),
      array_out(system.core.array_out),
      ring(system.chip.ring),
      external_bandwidth(system.chip.external_bytes_per_cycle()),
      granule(system.chip.external_granule_bytes),
      external_latency(system.chip.external.latency_cycles),
      turnaround(system.chip.turnaround_cycles),
      semaphore(system.core.semaphore_cycles),
      fill(system.array.fill_cycles),
      lrf_load_cycles(system.array.lrf_load_cycles),
      layer_cycles(system.chip.layer_cycles),
      mac_cycles(precision.mac_cycles),
      sfu_lanes(system.core.sfu.lanes),
      sfu_latency(system.core.sfu.latency_cycles),
      simple_cycles(system.core.sfu.simple_cycles),
      macs_per_cycle(precision.macs_per_cycle(system.macs_per_core())) {
  const Sfu& sfu = system.core.sfu;
  const int64_t expr = expr_cycles(work.expr, sfu);
  epilogue_cycles = expr + (work.find(Role::Bias) != nullptr ? sfu.simple_cycles : 0);
  elementwise_cycles = expr + (work.combine != Combine::Assign ? sfu.simple_cycles : 0) +
                       (work.scale != 1.0f ? sfu.simple_cycles : 0);
  elementwise_cycles = std::max(elementwise_cycles, sfu.simple_cycles);
}

}  // namespace tilewright
