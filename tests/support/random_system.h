// A shipped RaPiD system, or a small one with every number drawn that times depend on.
#pragma once

#include "tests/support/random_layers.h"
#include "tests/support/systems.h"

namespace tilewright::test {

inline System random_system(Rng& rng) {
  switch (rng.below(4)) {
    case 0:
      return rapid_chip();
    case 1:
      return shipped("rapid-core");
    default:
      break;
  }
  System system = small_system(rng.between(1, 8));
  system.core.semaphore_cycles = rng.between(0, 9);
  system.array.fill_cycles = rng.between(0, 20);
  system.core.array_in = {Rational::of(rng.between(1, 40), rng.between(1, 3)), rng.between(0, 9)};
  system.core.array_out = {Rational::of(rng.between(1, 40), rng.between(1, 3)), rng.between(0, 9)};
  system.chip.external.latency_cycles = rng.between(0, 60);
  system.chip.turnaround_cycles = rng.coin() ? 0 : rng.between(1, 30);
  for (int64_t core = 0; core < system.chip.cores; ++core)
    if (rng.below(4) == 0) system.chip.memory_stops.push_back(core);
  system.chip.ring.bytes_per_cycle = {rng.between(1, 40), 1};
  if (rng.coin()) system.chip.external_granule_bytes = int64_t{1} << rng.between(1, 7);
  if (rng.coin()) vary_array(rng, system);
  return system;
}

}  // namespace tilewright::test
