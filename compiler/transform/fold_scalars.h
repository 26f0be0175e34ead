// Scalar operands of elementwise operations become immediates.
#pragma once

#include "compiler/ir/graph.h"

namespace tilewright {

// In each Pointwise: an operand that is a Float32 constant of one element becomes a constant of the
// expression (unless the output has its rank only from it, or it is the last operand); an operand
// that is listed twice is listed once; steps over constants are computed.
Graph fold_scalars(Graph graph);

}  // namespace tilewright
