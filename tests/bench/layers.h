// The layers that the benchmarks search.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/arch/system.h"
#include "compiler/mapping/work.h"

namespace tilewright::bench {

struct Layer {
  std::string name;
  Work work;
  int64_t count = 1;  // layers of the network that pose the same problem
};

// The distinct layers of a network that ships, in order.
std::vector<Layer> distinct_layers(const std::string& network, int64_t batch);

// VGG16's CONV3_2, without bias and activation.
Layer conv3_2();
// Seven layers of different kinds, which published mappers are compared on.
std::vector<Layer> seven_layers();

System shipped_system(const std::string& name);
const PrecisionInfo& precision_of(const System& system);  // its default one

}  // namespace tilewright::bench
