// BatchNormalization, bias additions and scales disappear into the weights before them.
#pragma once

#include "compiler/ir/graph.h"

namespace tilewright {

// A Pointwise whose constants hold one value per output feature (or one for all), and which with
// them is an affine function a * x + b of the result of a Conv or MatMul that it alone reads,
// becomes that node's weights times a, and bias times a plus b. Formed in double and rounded once.
// With a = 1 the weights need not be constant. Integer weights that one scale for all would make
// fractions stay integers, to be scaled on the way out.
Graph fold_affine(Graph graph);

}  // namespace tilewright
