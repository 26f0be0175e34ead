// Which layers are attacked, as the environment says.
#pragma once

#include <string>
#include <vector>

#include "tests/sampler/attack.h"

namespace tilewright::sampler {

// A layer with what it needs; `times`: how often the network has one like it.
struct Target {
  std::string replay;  // the variables that choose it
  std::string name;
  Work work;
  System system;
  PrecisionInfo precision;
  int64_t times = 1;
};

// Distinct layers of "NETWORK", "NETWORK:SYSTEM" or "NETWORK:SYSTEM:PRECISION"; `only`: of that
// name alone, all if empty.
std::vector<Target> network_layers(const std::string& words, const std::string& only);
// `count` random layers of each primitive that suit the system.
std::vector<Target> random_layers(const System& system, int64_t count, uint64_t seed);

// Value of an environment variable.
std::string variable(const char* name, const std::string& otherwise);
int64_t variable(const char* name, int64_t otherwise);

}  // namespace tilewright::sampler
