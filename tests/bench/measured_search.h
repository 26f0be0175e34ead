// One search in a process of its own, and what it took there.
#pragma once

#include <cstdint>
#include <optional>

#include "dse/search.h"

namespace tilewright::bench {

struct SearchTask {
  const Work& work;
  const System& system;
  SearchOptions options;   // `stop` is set from `limit`
  double limit_cpu_s = 0;  // 0: none
};

struct Measured {
  double cpu_s = 0, wall_s = 0;  // of the search alone, all its threads
  int64_t peak_kib = 0;          // most memory of the whole process
  int64_t effort = 0, evaluated = 0;
  int64_t cycles = 0, femtojoules = 0;
  double value = 0, lower_bound = 0;  // in what the goal minimises
  bool proven = false;
  double gap = 0;
};

// None: the process failed, and said why on stderr. The caller must have one thread.
std::optional<Measured> measured_search(const SearchTask& task);

}  // namespace tilewright::bench
