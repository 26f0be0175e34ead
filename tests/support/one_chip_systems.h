// Every shipped system of one chip, and two small ones.
#pragma once

#include "models/systems/systems.h"
#include "tests/support/mapped_network.h"

namespace tilewright::test {

// The last one has memory stops, granules and turnaround.
inline std::vector<System> one_chip_systems() {
  std::vector<System> all;
  for (const std::string& name : system_names()) {
    const System system = load_system(name).value();
    if (system.torus.x * system.torus.y == 1) all.push_back(system);
  }
  all.push_back(small_system(4));
  System ring = small_system(6);
  ring.name = "small-ring";
  ring.chip.memory_stops = {0, 4};
  ring.chip.turnaround_cycles = 20;
  ring.chip.external_granule_bytes = 32;
  ring.core.array_out.bytes_per_cycle = {7, 2};
  all.push_back(ring);
  return all;
}

}  // namespace tilewright::test
