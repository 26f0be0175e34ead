// Nodes that pass their operand on unchanged are removed.
#pragma once

#include "compiler/ir/graph.h"

namespace tilewright {

// Removes each Pointwise without steps and each view that keeps the shape; a view of a view reads
// what the first one reads. A copy of a graph input, constant or graph output to a graph output
// stays, since both names must remain.
Graph drop_identities(Graph graph);

}  // namespace tilewright
