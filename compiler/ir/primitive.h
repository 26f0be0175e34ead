// The six primitives that every model lowers to; the Node that holds one holds its operands.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/ir/expr.h"

namespace tilewright {

// A window over two spatial axes, [rows, columns]. Output extent o reads input
// stride * o + dilation * k - pad_begin for k in [0, kernel).
struct Window {
  std::array<int64_t, 2> kernel{1, 1}, stride{1, 1}, dilation{1, 1}, pad_begin{0, 0}, pad_end{0, 0};
  bool operator==(const Window&) const = default;
};

// X [N, C, H, W], W [M, C/groups, kH, kW], optional bias [M] -> [N, M, OH, OW]. Padding is zero.
struct Conv {
  int64_t groups = 1;
  Window window;
  bool operator==(const Conv&) const = default;
};

// A [G, R, K] (or [G, K, R]), B [G or 1, K, C] (or [.., C, K]), optional bias [C] -> [G, R, C].
struct MatMul {
  bool transpose_a = false;
  bool transpose_b = false;
  bool operator==(const MatMul&) const = default;
};

enum class PoolKind : uint8_t { Max, Average };

// X [N, C, H, W] -> [N, C, OH, OW]. Average divides by the whole window; padding counts as zero
// there and is never chosen by Max.
struct Pool {
  PoolKind kind = PoolKind::Max;
  Window window;
  bool operator==(const Pool&) const = default;
};

// One scalar expression per element; inputs broadcast to the output shape (numpy rules).
struct Pointwise {
  ScalarExpr expr;
  bool operator==(const Pointwise&) const = default;
};

enum class ReduceKind : uint8_t { Sum, Mean, Max };

// X -> X with each of `axes` (ascending, distinct) reduced to extent 1.
struct Reduce {
  ReduceKind kind = ReduceKind::Sum;
  std::vector<int64_t> axes;
  bool operator==(const Reduce&) const = default;
};

// index = offset + sum over terms of coefficient * loop index; one per axis of a tensor.
struct AxisMap {
  int64_t offset = 0;
  int64_t coefficient = 0;  // 0: the axis does not move
  int32_t loop = 0;         // which loop of the part moves it
  bool operator==(const AxisMap&) const = default;
};

// For all loop indices: output[to(index)] = input[from(index)], or `fill` where from() is outside.
struct MovePart {
  int32_t input = 0;            // which operand of the node
  std::vector<int64_t> extent;  // of the loops
  std::vector<AxisMap> from;    // per axis of the input
  std::vector<AxisMap> to;      // per axis of the output; always inside
  bool operator==(const MovePart&) const = default;
};

// The parts write disjoint elements and together the whole output. No parts: a view, i.e. the
// output is the input's row-major data under another shape, and nothing moves.
struct Move {
  std::vector<MovePart> parts;
  float fill = 0;
  bool is_view() const { return parts.empty(); }
  bool operator==(const Move&) const = default;
};

using Primitive = std::variant<Conv, MatMul, Pool, Pointwise, Reduce, Move>;

// "Conv", "MatMul", "Pool", "Pointwise", "Reduce" or "Move".
std::string_view name_of(const Primitive& primitive);

}  // namespace tilewright
