// The walk that the folding and fusing stages share: a Pointwise disappears into what it reads.
#pragma once

#include <functional>

#include "compiler/ir/graph.h"

namespace tilewright {

// Longest expression that absorbing may make.
inline constexpr size_t kMostSteps = 32;

// Changes `root` so that it computes what `pointwise` made of its output, and returns true; or
// leaves it alone. `operand` is the one operand of `pointwise` that is not a constant.
using Absorb = std::function<bool(Graph& graph, Node& root, const Node& pointwise, size_t operand)>;

// Offers each Pointwise that has one non-constant operand, of its own output's shape and type, to
// the node that computes this operand, when nothing else reads it. Views in between do not matter,
// since the elements stay in order. When taken, the last node before the Pointwise writes its
// output instead.
Graph absorb_pointwise(Graph graph, const Absorb& absorb);

}  // namespace tilewright
