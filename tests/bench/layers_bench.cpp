// Every distinct layer of networks, one search at a time.
#include <fmt/format.h>

#include "tests/bench/layers.h"
#include "tests/bench/parts.h"

namespace tilewright::bench {

namespace {

// What is asked of the search, side by side in the table.
struct Mode {
  const char* name;
  void (*choose)(SearchOptions& options);
};
constexpr Mode kBest = {"best",
                        [](SearchOptions& options) { options.max_evaluations = INT64_MAX; }};
constexpr Mode kGreedy = {"greedy", [](SearchOptions& options) {
                            options.method = Method::Greedy;
                            options.max_evaluations = INT64_MAX;
                          }};
// What is known before any tile is looked at.
constexpr Mode kBound = {"bound", [](SearchOptions& options) { options.max_evaluations = 0; }};

void add(const std::string& name, const Layer& layer, const System& system,
         const SearchOptions& options) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) {
                                 state.SetLabel(layer.name);
                                 report(state, {layer.work, system, options, limit_cpu_s()});
                                 state.counters["layers"] = static_cast<double>(layer.count);
                               })
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kSecond);
}

void add_network(const std::string& prefix, const std::string& network, int64_t batch,
                 const std::vector<Mode>& modes) {
  const System system = shipped_system("rapid-chip");
  size_t k = 0;
  for (const Layer& layer : distinct_layers(network, batch)) {
    for (const Mode& mode : modes) {
      SearchOptions options;
      options.reach = Reach::Full;
      options.jobs = jobs();
      mode.choose(options);
      add(fmt::format("{}/{:03}/{}", prefix, k, mode.name), layer, system, options);
    }
    ++k;
  }
}

}  // namespace

void add_networks() {
  for (const std::string& network :
       words_of("BENCH_NETWORKS", "alexnet vgg16 resnet18 resnet50 mobilenetv2 bert-base"))
    add_network("networks/" + network, network, 1, {kGreedy, kBest, kBound});
}

void add_batches() {
  for (const std::string& network : words_of("BENCH_BATCH_NETWORKS", "resnet18"))
    for (const std::string& batch : words_of("BENCH_BATCHES", "1 8 64 512"))
      add_network("batches/" + network + "/" + batch, network, std::stoll(batch), {kBest});
}

void add_seven() {
  const System system = shipped_system("generic-256");
  for (const std::string& timing : words_of("BENCH_SEVEN_TIMING", "max-of-levels")) {
    size_t k = 0;
    for (const Layer& layer : seven_layers()) {
      SearchOptions options;
      options.goal = Goal::Edp;
      if (timing == "max-of-levels") options.timing = TimingModel::MaxOfLevels;
      options.jobs = jobs();
      kBest.choose(options);
      add(fmt::format("seven/{}/{:03}", timing, k++), layer, system, options);
    }
  }
}

}  // namespace tilewright::bench
