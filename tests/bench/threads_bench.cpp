// One thread against two, in turns, so that what else the machine does meets both alike.
#include <fmt/format.h>

#include "tests/bench/layers.h"
#include "tests/bench/parts.h"

namespace tilewright::bench {

namespace {

constexpr int kRepetitions = 5;

void take_turns(benchmark::State& state, const Layer& layer, const System& system) {
  for (auto _ : state) {
    double wall_s = 0;
    for (const int threads : {1, 2}) {
      SearchOptions options;
      options.reach = Reach::Full;
      options.jobs = threads;
      options.max_evaluations = INT64_MAX;
      const auto m = measured_search({layer.work, system, options});
      if (!m) {
        state.SkipWithError("the search failed");
        return;
      }
      state.counters[fmt::format("wall_s_{}", threads)] = m->wall_s;
      state.counters[fmt::format("cpu_s_{}", threads)] = m->cpu_s;
      wall_s += m->wall_s;
    }
    state.SetIterationTime(wall_s);
  }
}

}  // namespace

void add_threads() {
  const System system = shipped_system("rapid-chip");
  for (const std::string& network : words_of("BENCH_THREADS_NETWORKS", "resnet18")) {
    size_t k = 0;
    for (const Layer& layer : distinct_layers(network, 1))
      benchmark::RegisterBenchmark(fmt::format("threads/{}/{:03}", network, k++).c_str(),
                                   [=](benchmark::State& state) {
                                     state.SetLabel(layer.name);
                                     take_turns(state, layer, system);
                                   })
          ->Iterations(1)
          ->Repetitions(kRepetitions)
          ->UseManualTime()
          ->Unit(benchmark::kSecond);
  }
}

}  // namespace tilewright::bench
