#include "tests/bench/parts.h"

#include <cstdlib>
#include <sstream>

namespace tilewright::bench {

const std::vector<Part>& parts() {
  static const std::vector<Part> all = {
      {"rate", add_rates},      {"networks", add_networks}, {"batches", add_batches},
      {"threads", add_threads}, {"seven", add_seven},       {"price", nullptr},
  };
  return all;
}

std::vector<std::string> words_of(const char* variable, const std::string& otherwise) {
  const char* given = std::getenv(variable);
  std::istringstream stream(given != nullptr ? given : otherwise);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

double number_of(const char* variable, double otherwise) {
  const char* given = std::getenv(variable);
  return given != nullptr ? std::atof(given) : otherwise;
}

int jobs() { return static_cast<int>(number_of("BENCH_JOBS", 0)); }
double limit_cpu_s() { return number_of("BENCH_LIMIT", 120); }

void report(benchmark::State& state, const SearchTask& task) {
  for (auto _ : state) {
    const std::optional<Measured> m = measured_search(task);
    if (!m) {
      state.SkipWithError("the search failed");
      break;
    }
    state.SetIterationTime(m->wall_s);
    auto& counters = state.counters;
    counters["cpu_s"] = m->cpu_s;
    counters["wall_s"] = m->wall_s;
    counters["peak_kib"] = static_cast<double>(m->peak_kib);
    counters["effort"] = static_cast<double>(m->effort);
    counters["evaluated"] = static_cast<double>(m->evaluated);
    counters["cycles"] = static_cast<double>(m->cycles);
    counters["femtojoules"] = static_cast<double>(m->femtojoules);
    counters["edp_uj_us"] = static_cast<double>(m->femtojoules) * 1e-9 *
                            static_cast<double>(m->cycles) * 1e6 /
                            static_cast<double>(task.system.clock_hz);
    counters["value"] = m->value;
    counters["lower_bound"] = m->lower_bound;
    counters["proven"] = m->proven ? 1 : 0;
    counters["gap"] = m->gap;
  }
}

}  // namespace tilewright::bench
