// How large the declared space is.
#pragma once

#include <string>

#include "dse/problem.h"

namespace tilewright::balanced {

// Points of the index space, legal or not, as a decimal number: sum over divisions, dataflows and
// tiles of the blocks, times orders and choices of hops. Orders and hops count also where a loop
// has one trip, so that several points can denote one mapping.
std::string space_size(const Problem& problem);

}  // namespace tilewright::balanced
