// Operators whose results are known at import: constants, shapes, ranges, and type changes.
#include <algorithm>
#include <cmath>

#include "compiler/import/axes.h"
#include "compiler/import/expression.h"
#include "compiler/import/operators.h"

namespace tilewright {

namespace {

// The data type that attribute 'to' names; a word in the first opsets.
int32_t target_type(NodeContext& node) {
  if (!node.has("to")) node.bad("attribute 'to' is missing");
  if (node.opset() >= 6) return static_cast<int32_t>(node.integer("to", 0));
  const std::string word = node.word("to", "");
  onnx::TensorProto::DataType type = onnx::TensorProto::UNDEFINED;
  if (!onnx::TensorProto::DataType_Parse(word, &type))
    node.bad(fmt::format("attribute 'to' is {}, no data type", quoted(word)));
  return type;
}

// Beyond this, ends and steps of a range of integers could leave 64 bits.
constexpr double kFarEnd = 9007199254740992.0;  // 2^53

template <class T>
std::vector<T> range_of(NodeContext& node, T start, T limit, T step, ElementType type) {
  if (step == 0) node.bad("the step is 0");
  const double exact = (static_cast<double>(limit) - static_cast<double>(start)) / step;
  const bool near = std::abs(static_cast<double>(start)) <= kFarEnd &&
                    std::abs(static_cast<double>(limit)) <= kFarEnd &&
                    std::abs(static_cast<double>(step)) <= kFarEnd;
  if (!near || !(exact <= static_cast<double>(kMostElements)))
    node.bad(fmt::format("the range from {} to {} by {} is too long", start, limit, step));
  const auto count = static_cast<int64_t>(std::max(std::ceil(exact), 0.0));
  node.announce(type, count);
  std::vector<T> values;
  values.reserve(static_cast<size_t>(count));
  for (int64_t n = 0; n < count; ++n)
    values.push_back(static_cast<T>(start + static_cast<T>(n) * step));
  return values;
}

const Tensor& scalar_constant(NodeContext& node, size_t index) {
  const Ref operand = node.input(index);
  if (!operand->is_constant())
    node.unsupported(
        fmt::format("input {} ({}) is computed at run time", index, quoted(operand->name)));
  if (element_count(operand->shape) != 1 || operand->type == ElementType::Bool)
    node.bad(fmt::format("input {} is {} {}, not one number", index, name_of(operand->type),
                         print(operand->shape)));
  return node.data(operand);
}

}  // namespace

void lower_constant(NodeContext& node) {
  if (node.has("sparse_value") || node.has("value_string") || node.has("value_strings"))
    node.unsupported("sparse and text constants are not supported");
  Ref result = nullptr;
  int given = 0;
  if (const auto* value = node.tensor("value")) result = node.stored(*value), ++given;
  if (node.has("value_float"))
    result = node.constant(float_tensor({}, {node.number("value_float", 0)}), ""), ++given;
  if (node.has("value_int"))
    result = node.constant(int_tensor({}, {node.integer("value_int", 0)}), ""), ++given;
  if (auto list = node.numbers("value_floats"))
    result = node.constant(float_tensor({static_cast<int64_t>(list->size())}, *list), ""), ++given;
  if (auto list = node.integers("value_ints"))
    result = node.constant(int_tensor({static_cast<int64_t>(list->size())}, *list), ""), ++given;
  if (given != 1) node.bad(fmt::format("{} values are given; exactly one is needed", given));
  node.bind(result);
}

void lower_constant_of_shape(NodeContext& node) {
  const std::vector<int64_t> shape = node.constant_ints(0, "extents");
  if (const std::string problem = problem_of_shape(shape); !problem.empty())
    node.bad("the result is unusable: " + problem);
  Tensor element = float_tensor({}, {0});
  if (const auto* value = node.tensor("value")) {
    element = node.data(node.stored(*value));
    if (element_count(element.shape) != 1)
      node.bad(
          fmt::format("attribute 'value' has shape {}, not one element", print(element.shape)));
  }
  node.bind(node.filled(shape, element));
}

void lower_shape(NodeContext& node) {
  const Shape& shape = node.input(0)->shape;
  const auto rank = static_cast<int64_t>(shape.size());
  const auto bound = [&](const char* name, int64_t otherwise) {
    const int64_t given = node.integer(name, otherwise);
    return std::clamp<int64_t>(given < 0 ? given + rank : given, 0, rank);
  };
  const int64_t start = bound("start", 0), end = std::max(bound("end", rank), start);
  const std::vector<int64_t> extents(shape.begin() + start, shape.begin() + end);
  node.bind(node.constant(int_tensor({end - start}, extents), ""));
}

void lower_size(NodeContext& node) {
  node.bind(node.constant(int_tensor({}, {*element_count(node.input(0)->shape)}), ""));
}

void lower_range(NodeContext& node) {
  const Tensor start = scalar_constant(node, 0), limit = scalar_constant(node, 1);
  const Tensor step = scalar_constant(node, 2);
  if (start.type != limit.type || start.type != step.type)
    node.bad(fmt::format("the inputs differ in type: {}, {} and {}", name_of(start.type),
                         name_of(limit.type), name_of(step.type)));
  Tensor result{start.type, {}, {}, {}};
  if (start.type == ElementType::Float32)
    result.floats = range_of(node, start.floats[0], limit.floats[0], step.floats[0], start.type);
  else
    result.ints = range_of(node, start.ints[0], limit.ints[0], step.ints[0], start.type);
  result.shape = {static_cast<int64_t>(std::max(result.floats.size(), result.ints.size()))};
  node.bind(node.constant(std::move(result), ""));
}

void lower_cast(NodeContext& node) {
  node.ignore({"saturate", "round_mode"});
  const Ref x = node.input(0);
  const int32_t to = target_type(node);
  const auto type = element_type(to);
  if (!type) node.unsupported(fmt::format("casts to {} are not supported", data_type_name(to)));
  if (*type == x->type) return node.bind(x);
  if (x->is_constant()) return node.bind(node.cast_constant(x, *type, ""));
  if (x->type == ElementType::Int64 || *type == ElementType::Int64)
    node.unsupported(fmt::format("{} values computed at run time cannot be cast to {}",
                                 name_of(x->type), name_of(*type)));
  ExpressionWriter f;
  if (*type == ElementType::Bool) f(ScalarOp::Not, f(ScalarOp::Equal, f.x, 0.0f));
  node.bind(node.emit(Pointwise{f.expr}, {x}, x->shape, "", *type));
}

}  // namespace tilewright
