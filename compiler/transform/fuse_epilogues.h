// Activations become epilogues of the array operations before them.
#pragma once

#include "compiler/ir/graph.h"

namespace tilewright {

// A Pointwise of one operand that alone reads the result of a Conv or MatMul is applied by that
// node on the way out (Node::epilogue).
Graph fuse_epilogues(Graph graph);

}  // namespace tilewright
