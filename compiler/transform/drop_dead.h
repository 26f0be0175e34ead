// What no output needs is removed.
#pragma once

#include "compiler/ir/graph.h"

namespace tilewright {

// Removes nodes that no graph output depends on, then values that nothing mentions, and renumbers
// the rest in their order. Graph inputs stay, read or not.
Graph drop_dead(Graph graph);

}  // namespace tilewright
