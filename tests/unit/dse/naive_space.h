// The declared space by its definition in dse/README.md: mappings of every form, one after another,
// and what each of them must fulfil. Shares nothing with dse/space.
#pragma once

#include <functional>
#include <vector>

#include "compiler/arch/system.h"
#include "compiler/mapping/rapid_dsc.h"
#include "tests/support/mapped_network.h"

namespace tilewright::test {

// Whether the space holds the mapping, capacity and the like aside.
bool declared(const Work& work, const System& system, const RapidDsc& dsc);

// Every mapping of the space once, until visit returns false; only for tiny layers.
void for_each_declared(const Work& work, const System& system,
                       const std::function<bool(const RapidDsc&)>& visit);

// A layer of any primitive with two or three dims of few indices; its output is not empty.
Graph tiny_layer(Rng& rng);
// One to four cores with arrays of few places.
System tiny_system(Rng& rng);

}  // namespace tilewright::test
