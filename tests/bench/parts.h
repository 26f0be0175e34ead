// The parts of the suite; README.md says what each measures.
#pragma once

#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "tests/bench/measured_search.h"

namespace tilewright::bench {

struct Part {
  std::string name;         // that its benchmarks' names begin with
  void (*add)() = nullptr;  // registers them; none: they register themselves
};
const std::vector<Part>& parts();

void add_rates();
void add_networks();
void add_batches();
void add_threads();
void add_seven();

// What the environment sets, or else `otherwise`.
std::vector<std::string> words_of(const char* variable, const std::string& otherwise);
double number_of(const char* variable, double otherwise);
int jobs();            // BENCH_JOBS; 0: as many threads as the machine has
double limit_cpu_s();  // BENCH_LIMIT: CPU-seconds of one search

// One search as one benchmark, with everything that was measured as counters.
void report(benchmark::State& state, const SearchTask& task);

}  // namespace tilewright::bench
