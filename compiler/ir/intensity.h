// Operations and bytes of one node when every tensor moves exactly once; what `inspect` prints.
#pragma once

#include "compiler/ir/graph.h"

namespace tilewright {

struct Intensity {
  int64_t ops = 0;    // Conv, MatMul: 2 for each multiply-accumulate; Pointwise: steps * elements;
                      // Pool: window * elements; Reduce: elements that enter; Move: 0
  int64_t bytes = 0;  // each distinct operand and the output, once; 0 for a view. The bias and the
                      // epilogue of array nodes do not count: they stay beside the arrays.

  bool operator==(const Intensity&) const = default;
};

// Both saturate at 2^63 - 1. `bytes_per_element` >= 1.
Intensity intensity(const Graph& graph, const Node& node, int64_t bytes_per_element);

// 0 when nothing moves.
double ops_per_byte(const Intensity& intensity);

}  // namespace tilewright
