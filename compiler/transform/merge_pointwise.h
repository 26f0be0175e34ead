// Chains of elementwise operations become one.
#pragma once

#include "compiler/ir/graph.h"

namespace tilewright {

// A Pointwise of one operand that alone reads the result of another Pointwise (of any number of
// operands) becomes further steps of that one: the ReLU after a residual addition.
Graph merge_pointwise(Graph graph);

}  // namespace tilewright
