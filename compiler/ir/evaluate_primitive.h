// The reference meaning of each primitive, in float; the parts of evaluate(). Operands and results
// are row-major, and their shapes have passed infer_shape(). This code is the independent truth
// that mappings and simulated programs are compared with: it shares nothing with them.
#pragma once

#include <vector>

#include "compiler/ir/primitive.h"
#include "compiler/ir/tensor.h"

namespace tilewright::reference {

struct Operand {
  const Shape* shape = nullptr;
  const float* data = nullptr;
};
using Operands = std::vector<Operand>;

// Each writes every element of `out`, which has the shape `shape`. A view has no meaning of its
// own: its data is its input's.
void run(const Conv& conv, const Operands& in, const Shape& shape, float* out);
void run(const MatMul& product, const Operands& in, const Shape& shape, float* out);
void run(const Pool& pool, const Operands& in, const Shape& shape, float* out);
void run(const Pointwise& pointwise, const Operands& in, const Shape& shape, float* out);
void run(const Reduce& reduce, const Operands& in, const Shape& shape, float* out);
void run(const Move& move, const Operands& in, const Shape& shape, float* out);

}  // namespace tilewright::reference
