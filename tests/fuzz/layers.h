// A small layer of every kind, for mappings to be tried on.
#pragma once

#include <string>
#include <vector>

#include "compiler/arch/system.h"
#include "compiler/ir/graph.h"
#include "compiler/mapping/work.h"
#include "tests/support/mapped_network.h"
#include "tests/support/random_layers.h"

namespace tilewright::fuzz {

struct Layer {
  Graph graph;  // with this one layer
  Work work;
  System system;
};

// A small chip; every second one has granules and turnaround, and its external memory on the ring.
inline System system_of(uint64_t seed, int64_t cores) {
  System system = test::small_system(cores);
  if (seed % 2 == 0) return system;
  system.chip.external_granule_bytes = 32;
  system.chip.turnaround_cycles = 5;
  system.chip.memory_stops = {0, cores / 2};
  if (cores == 1) system.chip.memory_stops = {0};
  return system;
}

// Twelve seeded random layers; Work::name says of which kind: "conv", "pool".
inline const std::vector<Layer>& layers() {
  static const std::vector<Layer> all = [] {
    std::vector<Layer> made;
    for (uint64_t seed = 0; made.size() < 12; ++seed) {
      Rng rng{seed};
      test::Network net(seed);
      test::add_random_layer(net, rng);
      const std::vector<Work> works = describe(net.graph).value();
      const Graph& graph = net.graph;
      if (works.size() != 1 || element_count(graph.value(graph.outputs[0]).shape) == 0) continue;
      made.push_back({graph, works[0], system_of(made.size(), rng.between(1, 8))});
    }
    return made;
  }();
  return all;
}

}  // namespace tilewright::fuzz
