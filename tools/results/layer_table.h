// The answer of compile, map and evaluate for people.
#pragma once

#include <optional>
#include <string>

#include "tools/driver/mapped_network.h"
#include "tools/driver/read_constraints.h"

namespace tilewright {

// One row per layer, then the totals and where the cycles go.
std::string print_network(const LoadedModel& model, const Target& target,
                          const MappedNetwork& network, Goal goal);

// "mac_compute 61.0 %, overlapped_visible 20.1 %, ...": classes with cycles, in declared order.
std::string print_classes(const Cost& cost);

// The several mappings of each layer, by rank; nothing where there is one.
std::string print_others(const Target& target, const MappedNetwork& network);

// That the search kept to the constraints, if there were any.
std::string print_within(const std::optional<LoadedConstraints>& constraints);

}  // namespace tilewright
