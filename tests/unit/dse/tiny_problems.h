// Layers and machines so small that all mappings of a layer can be priced.
#pragma once

#include <array>

#include "compiler/arch/system.h"
#include "tests/support/random_layers.h"

namespace tilewright::test {

struct TinyMachine {
  int64_t cores, rows;  // at most
};
System tiny_system(Rng& rng, const TinyMachine& most);

// The same of at most 3 cores and rows, and one or two corelets: as small as all mappings want it.
System tiny_machine(Rng& rng);

// A MatMul or Conv of which at most `several` dims have several indices, `most` each at most.
void add_tiny_array_layer(Network& net, Rng& rng, int64_t several, int64_t most);

// One of these, or a random layer of any kind; of array layers those with few dims the larger:
// most[n - 1] indices where n dims have several.
void add_tiny_layer(Network& net, Rng& rng, const std::array<int64_t, 4>& most = {12, 6, 4, 3});

// Any of the terms of the energy table may be free, and any may outweigh the others.
void vary_energy(Rng& rng, System& system);

// One of the system's; a third of them are of parts of bytes and of cycles.
PrecisionInfo random_precision(Rng& rng, const System& system);

}  // namespace tilewright::test
