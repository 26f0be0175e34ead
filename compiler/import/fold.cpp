#include "compiler/import/fold.h"

#include <algorithm>
#include <cmath>

#include "compiler/support/check.h"
#include "compiler/support/math.h"

namespace tilewright {

namespace {

// Counts through all index vectors below `extent`, last axis fastest.
class Odometer {
 public:
  explicit Odometer(const std::vector<int64_t>& extent)
      : extent_(extent), index_(extent.size(), 0) {}
  const std::vector<int64_t>& index() const { return index_; }
  void advance() {
    for (size_t axis = extent_.size(); axis-- > 0;) {
      if (++index_[axis] < extent_[axis]) return;
      index_[axis] = 0;
    }
  }

 private:
  const std::vector<int64_t>& extent_;
  std::vector<int64_t> index_;
};

// Row-major offset of the mapped index, or -1 when it lies outside the shape.
int64_t offset_of(const std::vector<AxisMap>& maps, const std::vector<int64_t>& loops,
                  const Shape& shape) {
  int64_t offset = 0;
  for (size_t axis = 0; axis < maps.size(); ++axis) {
    const AxisMap& map = maps[axis];
    const int64_t at = map.coefficient == 0
                           ? map.offset
                           : map.offset + map.coefficient * loops[static_cast<size_t>(map.loop)];
    if (at < 0 || at >= shape[axis]) return -1;
    offset = offset * shape[axis] + at;
  }
  return offset;
}

template <class T>
void move_part(const MovePart& part, const std::vector<T>& from, const Shape& from_shape, T fill,
               std::vector<T>& to, const Shape& to_shape) {
  const int64_t count = *element_count(part.extent);
  Odometer loops(part.extent);
  for (int64_t n = 0; n < count; ++n, loops.advance()) {
    const int64_t source = offset_of(part.from, loops.index(), from_shape);
    const int64_t target = offset_of(part.to, loops.index(), to_shape);
    TW_CHECK(target >= 0, "a move writes outside {}", print(to_shape));
    to[static_cast<size_t>(target)] = source < 0 ? fill : from[static_cast<size_t>(source)];
  }
}

// Strides that read `shape` as if it were broadcast to `out`: 0 along broadcast axes.
std::vector<int64_t> broadcast_strides(const Shape& shape, const Shape& out) {
  std::vector<int64_t> strides(out.size(), 0);
  const std::vector<int64_t> own = row_major_strides(shape);
  const size_t lead = out.size() - shape.size();
  for (size_t axis = 0; axis < shape.size(); ++axis)
    if (shape[axis] != 1) strides[lead + axis] = own[axis];
  return strides;
}

int64_t integer_of(float value) {
  return std::abs(value) < 9e18f ? static_cast<int64_t>(value) : 0;
}

std::optional<int64_t> apply_integer(ScalarOp op, int64_t a, int64_t b, int64_t c) {
  int64_t r = 0;
  switch (op) {
    case ScalarOp::Neg:
      return __builtin_sub_overflow(int64_t{0}, a, &r) ? std::nullopt : std::optional(r);
    case ScalarOp::Abs:
      return a >= 0 ? std::optional(a) : apply_integer(ScalarOp::Neg, a, 0, 0);
    case ScalarOp::Relu:
      return std::max<int64_t>(a, 0);
    case ScalarOp::Floor:
    case ScalarOp::Ceil:
    case ScalarOp::Round:
      return a;
    case ScalarOp::Sign:
      return int64_t{a > 0} - int64_t{a < 0};
    case ScalarOp::Not:
      return int64_t{a == 0};
    case ScalarOp::Add:
      return checked_add(a, b);
    case ScalarOp::Sub:
      return __builtin_sub_overflow(a, b, &r) ? std::nullopt : std::optional(r);
    case ScalarOp::Mul:
      return checked_mul(a, b);
    case ScalarOp::Div:
      if (b == 0 || (a == INT64_MIN && b == -1)) return std::nullopt;
      return a / b;
    case ScalarOp::Min:
      return std::min(a, b);
    case ScalarOp::Max:
      return std::max(a, b);
    case ScalarOp::Less:
      return int64_t{a < b};
    case ScalarOp::LessEqual:
      return int64_t{a <= b};
    case ScalarOp::Greater:
      return int64_t{a > b};
    case ScalarOp::GreaterEqual:
      return int64_t{a >= b};
    case ScalarOp::Equal:
      return int64_t{a == b};
    case ScalarOp::And:
      return int64_t{a != 0 && b != 0};
    case ScalarOp::Or:
      return int64_t{a != 0 || b != 0};
    case ScalarOp::Select:
      return a != 0 ? b : c;
    default:
      return std::nullopt;
  }
}

std::optional<int64_t> evaluate_integer(const ScalarExpr& expr,
                                        const std::vector<int64_t>& inputs) {
  if (expr.steps.empty()) return inputs[0];
  std::vector<int64_t> results;
  const auto read = [&](const ScalarRef& ref) {
    switch (ref.kind) {
      case ScalarRef::Kind::Input:
        return inputs[static_cast<size_t>(ref.index)];
      case ScalarRef::Kind::Step:
        return results[static_cast<size_t>(ref.index)];
      case ScalarRef::Kind::Constant:
        return integer_of(ref.value);
    }
    TW_CHECK(false, "scalar reference {}", static_cast<int>(ref.kind));
  };
  for (const ScalarStep& step : expr.steps) {
    const int operands = arity(step.op);
    const auto result = apply_integer(step.op, read(step.a), operands > 1 ? read(step.b) : 0,
                                      operands > 2 ? read(step.c) : 0);
    if (!result) return std::nullopt;
    results.push_back(*result);
  }
  return results.back();
}

}  // namespace

Tensor fold_move(const Move& move, const std::vector<const Tensor*>& inputs, const Shape& shape) {
  TW_CHECK(!move.is_view() && !inputs.empty(), "a move of {} operands", inputs.size());
  Tensor out{inputs[0]->type, shape, {}, {}};
  const auto count = static_cast<size_t>(*element_count(shape));
  const bool floats = out.type == ElementType::Float32;
  if (floats) out.floats.resize(count);
  if (!floats) out.ints.resize(count);
  for (const MovePart& part : move.parts) {
    const Tensor& from = *inputs[static_cast<size_t>(part.input)];
    if (floats)
      move_part(part, from.floats, from.shape, move.fill, out.floats, shape);
    else
      move_part(part, from.ints, from.shape, integer_of(move.fill), out.ints, shape);
  }
  return out;
}

Tensor fold_gather(const Tensor& from, const std::vector<int64_t>& indices) {
  const int64_t outer = from.shape[0], extent = from.shape[1], inner = from.shape[2];
  Tensor out{from.type, {outer, static_cast<int64_t>(indices.size()), inner}, {}, {}};
  const auto gather = [&](const auto& source, auto& target) {
    if (source.empty()) return;
    target.reserve(static_cast<size_t>(*element_count(out.shape)));
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t index : indices) {
        const auto row = source.begin() + (o * extent + index) * inner;
        target.insert(target.end(), row, row + inner);
      }
  };
  gather(from.floats, out.floats);
  gather(from.ints, out.ints);
  return out;
}

std::optional<Tensor> fold_pointwise(const ScalarExpr& expr,
                                     const std::vector<const Tensor*>& inputs, const Shape& shape,
                                     ElementType type) {
  const bool integers = std::all_of(inputs.begin(), inputs.end(), [](const Tensor* t) {
    return t->type != ElementType::Float32;
  });
  Tensor out{type, shape, {}, {}};
  std::vector<std::vector<int64_t>> strides;
  for (const Tensor* input : inputs) strides.push_back(broadcast_strides(input->shape, shape));
  std::vector<float> real(inputs.size());
  std::vector<int64_t> whole(inputs.size());
  const int64_t count = *element_count(shape);
  Odometer at(shape);
  for (int64_t n = 0; n < count; ++n, at.advance()) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      size_t offset = 0;
      for (size_t axis = 0; axis < shape.size(); ++axis)
        offset += static_cast<size_t>(strides[i][axis] * at.index()[axis]);
      if (inputs[i]->type == ElementType::Float32)
        real[i] = inputs[i]->floats[offset];
      else
        real[i] = static_cast<float>(whole[i] = inputs[i]->ints[offset]);
    }
    if (integers) {
      const auto result = evaluate_integer(expr, whole);
      if (!result) return std::nullopt;
      if (type == ElementType::Float32)
        out.floats.push_back(static_cast<float>(*result));
      else
        out.ints.push_back(*result);
    } else {
      const float result = evaluate(expr, real.data());
      if (type == ElementType::Float32)
        out.floats.push_back(result);
      else
        out.ints.push_back(result != 0 ? 1 : 0);
    }
  }
  return out;
}

std::optional<Tensor> fold_cast(const Tensor& from, ElementType type) {
  Tensor to{type, from.shape, {}, {}};
  if (type == ElementType::Float32) {
    to.floats = from.floats;
    to.floats.insert(to.floats.end(), from.ints.begin(), from.ints.end());
  } else if (type == ElementType::Bool) {
    for (float value : from.floats) to.ints.push_back(value != 0 ? 1 : 0);
    for (int64_t value : from.ints) to.ints.push_back(value != 0 ? 1 : 0);
  } else {
    for (float value : from.floats) {
      if (!(std::abs(value) < 9.2e18f)) return std::nullopt;
      to.ints.push_back(static_cast<int64_t>(value));
    }
    to.ints.insert(to.ints.end(), from.ints.begin(), from.ints.end());
  }
  return to;
}

}  // namespace tilewright
