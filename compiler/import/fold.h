// Primitives on constants, at import time: shape arithmetic in exact integers, moves of any type.
#pragma once

#include <optional>
#include <vector>

#include "compiler/ir/primitive.h"
#include "compiler/ir/tensor.h"

namespace tilewright {

// The output of a Move with parts; `shape` is its output shape, all inputs have one type.
Tensor fold_move(const Move& move, const std::vector<const Tensor*>& inputs, const Shape& shape);

// [outer, indices, inner] of `from` [outer, extent, inner]; every index is in [0, extent).
Tensor fold_gather(const Tensor& from, const std::vector<int64_t>& indices);

// The output of a Pointwise. Inputs without floats are computed in int64 with truncating division;
// nothing when that overflows, divides by zero, or meets a function that integers do not have.
std::optional<Tensor> fold_pointwise(const ScalarExpr& expr,
                                     const std::vector<const Tensor*>& inputs, const Shape& shape,
                                     ElementType type);

// The tensor in another type, fractions cut off; nothing when a value does not fit.
std::optional<Tensor> fold_cast(const Tensor& from, ElementType type);

}  // namespace tilewright
