// Removes what no output of a graph depends on.
#pragma once

#include "compiler/ir/graph.h"

namespace tilewright {

// Drops nodes and values that no output needs (inputs stay) and renumbers the values in order;
// returns the new number of each old value, -1 for those that are gone.
std::vector<ValueId> drop_dead(Graph& graph);

}  // namespace tilewright
