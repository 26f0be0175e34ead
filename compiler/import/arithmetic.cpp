// Functions of two and more values with broadcasting: Pointwise primitives.
#include <algorithm>

#include "compiler/import/axes.h"
#include "compiler/import/expression.h"
#include "compiler/import/operators.h"

namespace tilewright {

namespace {

using Op = ScalarOp;
using F = ExpressionWriter;

enum class Typing : uint8_t { Arithmetic, Comparison, Logic };

struct BinaryFunction {
  std::string_view name;
  ScalarOp op;
  Typing typing;
};

constexpr BinaryFunction kBinary[] = {
    {"Add", Op::Add, Typing::Arithmetic},
    {"Sub", Op::Sub, Typing::Arithmetic},
    {"Mul", Op::Mul, Typing::Arithmetic},
    {"Div", Op::Div, Typing::Arithmetic},
    {"Pow", Op::Pow, Typing::Arithmetic},
    {"Less", Op::Less, Typing::Comparison},
    {"LessOrEqual", Op::LessEqual, Typing::Comparison},
    {"Greater", Op::Greater, Typing::Comparison},
    {"GreaterOrEqual", Op::GreaterEqual, Typing::Comparison},
    {"Equal", Op::Equal, Typing::Comparison},
    {"And", Op::And, Typing::Logic},
    {"Or", Op::Or, Typing::Logic},
};

const BinaryFunction& binary_function(const NodeContext& node) {
  for (const BinaryFunction& function : kBinary)
    if (function.name == node.op()) return function;
  node.unsupported("this function of two values has no expression");
}

// Until opset 6 the second operand broadcasts only on request, and from `axis` on.
Ref aligned_second(NodeContext& node, Ref a, Ref b) {
  node.ignore({"consumed_inputs"});
  if (node.opset() >= 7) return b;
  const bool wanted = node.integer("broadcast", 0) != 0;
  const bool has_axis = node.has("axis");
  const int64_t given_axis = node.integer("axis", 0);
  if (!wanted) {
    if (a->shape != b->shape)
      node.bad(fmt::format("shapes {} and {} differ, and attribute 'broadcast' is not set",
                           print(a->shape), print(b->shape)));
    return b;
  }
  if (!has_axis || b->shape.empty()) return b;
  const int64_t axis = normalized_axis(node, given_axis, a->shape.size(), "attribute 'axis'");
  Shape shape = b->shape;
  if (static_cast<size_t>(axis) + shape.size() > a->shape.size())
    node.bad(fmt::format("shape {} does not fit into {} from axis {} on", print(b->shape),
                         print(a->shape), axis));
  shape.resize(a->shape.size() - static_cast<size_t>(axis), 1);
  return node.view(b, shape, "/aligned");
}

Shape broadcast_all(const NodeContext& node, const std::vector<Ref>& inputs) {
  Shape out;
  std::string shapes;
  for (Ref input : inputs) {
    shapes += (shapes.empty() ? "" : ", ") + print(input->shape);
    const auto wider = broadcast(out, input->shape);
    if (!wider) node.bad(fmt::format("shapes {} do not broadcast to one another", shapes));
    out = *wider;
  }
  return out;
}

void check_types(const NodeContext& node, const std::vector<Ref>& inputs) {
  for (Ref input : inputs)
    if (input->type != inputs[0]->type)
      node.bad(fmt::format("inputs {} and {} differ in type: {} and {}", quoted(inputs[0]->name),
                           quoted(input->name), name_of(inputs[0]->type), name_of(input->type)));
}

// A single constant float becomes a number of the expression; everything else is an input.
class Operands {
 public:
  Operands(NodeContext& node, const std::vector<Ref>& given) {
    const bool any_array = std::any_of(given.begin(), given.end(), [](Ref r) {
      return !r->is_constant() || element_count(r->shape) != 1;
    });
    for (Ref operand : given) {
      const bool number = any_array && operand->is_constant() &&
                          operand->type == ElementType::Float32 &&
                          element_count(operand->shape) == 1;
      terms.push_back(number ? F::Term(node.data(operand).floats[0])
                             : F::Term(ScalarRef::input(static_cast<int>(inputs.size()))));
      if (!number) inputs.push_back(operand);
    }
  }
  std::vector<F::Term> terms;
  std::vector<Ref> inputs;
};

// Where numbers were taken out, their ranks still count: [1,1,1] + [4] is [1,1,4].
void pad_rank(NodeContext& node, Operands& operands, const Shape& shape) {
  Ref& first = operands.inputs[0];
  const auto own = broadcast_all(node, operands.inputs);
  if (own == shape) return;
  Shape wider = first->shape;
  wider.insert(wider.begin(), shape.size() - wider.size(), 1);
  first = node.view(first, wider, "/rank");
}

Ref emit_expression(NodeContext& node, F& f, Operands& operands, const Shape& shape,
                    ElementType type) {
  pad_rank(node, operands, shape);
  return node.emit(Pointwise{f.expr}, operands.inputs, shape, "", type);
}

// Small whole exponents need no power function.
void write_power(F& f, F::Term base, F::Term exponent) {
  const bool number = exponent.kind == ScalarRef::Kind::Constant;
  if (number && exponent.value == 2)
    f(Op::Mul, base, base);
  else if (number && exponent.value == 0.5f)
    f(Op::Sqrt, base);
  else
    f(Op::Pow, base, exponent);
}

}  // namespace

void lower_binary(NodeContext& node) {
  const BinaryFunction& function = binary_function(node);
  const Ref a = node.input(0);
  Ref b = aligned_second(node, a, node.input(1));
  const bool power = function.op == Op::Pow;
  if (power && b->type == ElementType::Int64 && b->is_constant())
    b = node.cast_constant(b, ElementType::Float32, "/exponent");
  if (!power) check_types(node, {a, b});
  if (function.typing == Typing::Logic && a->type != ElementType::Bool)
    node.bad(fmt::format("input {} is {}, not bool", quoted(a->name), name_of(a->type)));
  if (function.typing == Typing::Arithmetic && a->type == ElementType::Bool)
    node.bad(fmt::format("input {} is bool, not a number", quoted(a->name)));
  if (power) node.float_input(0);
  const ElementType type = function.typing == Typing::Arithmetic ? a->type : ElementType::Bool;
  const Shape shape = broadcast_all(node, {a, b});
  Operands operands(node, {a, b});
  F f;
  if (power)
    write_power(f, operands.terms[0], operands.terms[1]);
  else
    f(function.op, operands.terms[0], operands.terms[1]);
  node.bind(emit_expression(node, f, operands, shape, type));
}

void lower_variadic(NodeContext& node) {
  node.ignore({"consumed_inputs"});
  std::vector<Ref> inputs;
  for (size_t i = 0; i < node.input_count(); ++i) inputs.push_back(node.input(i));
  check_types(node, inputs);
  if (inputs[0]->type == ElementType::Bool)
    node.bad(fmt::format("input {} is bool, not a number", quoted(inputs[0]->name)));
  const bool mean = node.op() == "Mean";
  if (mean) node.float_input(0);
  if (inputs.size() == 1) return node.bind(inputs[0]);
  const Op op = node.op() == "Max" ? Op::Max : node.op() == "Min" ? Op::Min : Op::Add;
  const Shape shape = broadcast_all(node, inputs);
  Operands operands(node, inputs);
  F f;
  F::Term result = operands.terms[0];
  for (size_t i = 1; i < operands.terms.size(); ++i) result = f(op, result, operands.terms[i]);
  if (mean) f(Op::Div, result, static_cast<float>(inputs.size()));
  node.bind(emit_expression(node, f, operands, shape, inputs[0]->type));
}

void lower_where(NodeContext& node) {
  const Ref condition = node.input(0), a = node.input(1), b = node.input(2);
  if (condition->type != ElementType::Bool)
    node.bad(fmt::format("the condition {} is {}, not bool", quoted(condition->name),
                         name_of(condition->type)));
  check_types(node, {a, b});
  const Shape shape = broadcast_all(node, {condition, a, b});
  Operands operands(node, {condition, a, b});
  F f;
  f(Op::Select, operands.terms[0], operands.terms[1], operands.terms[2]);
  node.bind(emit_expression(node, f, operands, shape, a->type));
}

}  // namespace tilewright
