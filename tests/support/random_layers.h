// Random small layers and random legal mappings of them; shares nothing with the search.
#pragma once

#include "compiler/mapping/plan.h"
#include "tests/support/mapped_network.h"

namespace tilewright::test {

// One node of any primitive, with random shapes and small integers as data. Its output may be
// empty.
void add_random_layer(Network& net, Rng& rng);

// Legal mappings of all layers.
Plan random_plan(Rng& rng, const Graph& graph, const System& system, const std::string& precision);

// Draws what varies between arrays: an L0 or none, where sums gather, what may lie on which axis.
void vary_array(Rng& rng, System& system);

}  // namespace tilewright::test
