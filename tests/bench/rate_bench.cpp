// How many configurations a CPU-second prices: plain enumeration of the first so many, and the
// search.
#include <cstdint>

#include "tests/bench/layers.h"
#include "tests/bench/parts.h"

namespace tilewright::bench {

namespace {

// Where memories refuse nothing, whatever is looked at is priced.
System without_limits(System system) {
  for (int64_t* memory : {&system.core.lx_bytes, &system.array.l0_bytes, &system.array.lrf_bytes,
                          &system.array.accumulators})
    if (*memory > 0) *memory = int64_t{1} << 40;
  return system;
}

void add(const std::string& mode, const System& system, const SearchOptions& options) {
  const Layer layer = conv3_2();
  benchmark::RegisterBenchmark(("rate/" + mode).c_str(),
                               [=](benchmark::State& state) {
                                 state.SetLabel(layer.name);
                                 report(state, {layer.work, system, options});
                               })
      ->Iterations(1)
      ->Repetitions(3)
      ->UseManualTime()
      ->Unit(benchmark::kSecond);
}

}  // namespace

void add_rates() {
  const System system = shipped_system("rapid-chip");
  SearchOptions options;
  options.jobs = 1;
  options.max_evaluations = INT64_MAX;
  add("optimal", system, options);
  options.exhaustive = true;
  options.max_evaluations = static_cast<int64_t>(number_of("BENCH_CONFIGURATIONS", 200'000));
  add("exhaustive", system, options);
  add("exhaustive-without-limits", without_limits(system), options);
}

}  // namespace tilewright::bench
