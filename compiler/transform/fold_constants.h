// What is known at compile time is computed at compile time.
#pragma once

#include "compiler/ir/graph.h"

namespace tilewright {

// A node whose operands are all Float32 constants is evaluated, and its output becomes a constant;
// unless it is so large (more than 2^26 elements or 2^30 elementary steps) that this would not be
// worth the time and memory.
Graph fold_constants(Graph graph);

}  // namespace tilewright
