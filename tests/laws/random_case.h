// Random small layers under random legal mappings, for laws that must hold of each of them. A
// failure prints LAWS_SEED=n, which draws that one case alone.
#pragma once

#include <cstdint>
#include <functional>

#include "tests/support/mapped_network.h"

namespace tilewright::test {

// One layer and its mapping.
struct LayerCase {
  const Work& work;
  const System& system;
  const PrecisionInfo& precision;
  const RapidDsc& dsc;
  Rng& rng;  // for what the law draws on top
};
using Law = std::function<void(const LayerCase&)>;

// A system with chance latencies, granules, memory stops; the shipped chip among them.

// Calls law(layer) on `count` seeded draws of any primitive.
void for_random_layers(uint64_t count, const Law& law);
// Matrix products of up to 48 per dim, and convolutions of up to 24 features, without bias.
void for_random_matmuls(uint64_t count, const Law& law);
void for_random_convs(uint64_t count, const Law& law);

}  // namespace tilewright::test
