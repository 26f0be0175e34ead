// How many configurations a CPU-second prices: exhaustively from the start of the space, and in
// tiles from all over it, and the search.
#include <cstdint>
#include <ctime>

#include "compiler/mapping/rejection.h"
#include "compiler/support/rng.h"
#include "dse/exhaustive/exhaustive.h"
#include "dse/exhaustive/tile_pricing.h"
#include "dse/space/space.h"
#include "tests/bench/layers.h"
#include "tests/bench/parts.h"

namespace tilewright::bench {

namespace {

template <class Run>
void add(const std::string& name, const Layer& layer, Run&& run) {
  benchmark::RegisterBenchmark(("rate/" + name).c_str(),
                               [=](benchmark::State& state) {
                                 state.SetLabel(layer.name);
                                 run(state);
                               })
      ->Iterations(1)
      ->Repetitions(3)
      ->UseManualTime()
      ->Unit(benchmark::kSecond);
}

void add_search(const std::string& name, const Layer& layer, const SearchOptions& options) {
  add(name, layer, [=](benchmark::State& state) {
    report(state, {layer.work, shipped_system("rapid-chip"), options});
  });
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Divisions and tiles of legal mappings that are drawn from all of the space, so many mappings of
// each.
void price_drawn(benchmark::State& state, const Layer& layer, int64_t tiles, int64_t mappings) {
  const System system = shipped_system("rapid-chip");
  const PrecisionInfo& precision = precision_of(system);
  const Problem problem(layer.work, system, precision, Goal::Latency, Reach::Full);
  Constraints constraints;
  constraints.past_lx = {0};
  const Space space(layer.work, system, constraints);
  exhaustive::Tables tables(problem, constraints, exhaustive::kStepsAtOnce);
  for (auto _ : state) {
    Rng rng{1, 0};
    Counters counters;
    double cpu_s = 0;
    for (int64_t drawn = 0; drawn < tiles;) {
      const RapidDsc dsc = space.sample(rng);
      if (first_rejection(layer.work, system, precision, dsc)) continue;
      ++drawn;
      const double before = cpu_seconds();
      price_tile(tables, dsc.core_d, dsc.t,
                 {INT64_MAX - 1, false, counters.effort + mappings, StopFlag()}, counters);
      cpu_s += cpu_seconds() - before;
    }
    state.SetIterationTime(cpu_s);
    state.counters["cpu_s"] = cpu_s;
    state.counters["effort"] = static_cast<double>(counters.effort);
    state.counters["evaluated"] = static_cast<double>(counters.evaluated);
  }
}

}  // namespace

void add_rates() {
  const std::vector<Layer> seven = seven_layers();
  const std::vector<Layer> layers = {conv3_2(), seven[3], seven[6]};
  const auto mappings = static_cast<int64_t>(number_of("BENCH_CONFIGURATIONS", 20'000'000));
  SearchOptions options;
  options.reach = Reach::Full;
  options.jobs = 1;
  options.method = Method::Exhaustive;
  options.max_evaluations = mappings;
  for (size_t k = 0; k < layers.size(); ++k)
    add_search("exhaustive/" + std::to_string(k), layers[k], options);
  constexpr int64_t kTiles = 8;
  for (size_t k = 0; k < layers.size(); ++k)
    add("exhaustive-drawn/" + std::to_string(k), layers[k],
        [=](benchmark::State& state) { price_drawn(state, layers[k], kTiles, mappings / kTiles); });
  options.method = Method::Optimal;
  options.max_evaluations = INT64_MAX;
  add_search("optimal/0", layers[0], options);
}

}  // namespace tilewright::bench
