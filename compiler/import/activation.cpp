// Functions of one value: Pointwise primitives.
#include <cmath>
#include <limits>

#include "compiler/import/axes.h"
#include "compiler/import/expression.h"
#include "compiler/import/operators.h"

namespace tilewright {

namespace {

using Op = ScalarOp;
using F = ExpressionWriter;

struct PlainFunction {
  std::string_view name;
  ScalarOp op;
};

constexpr PlainFunction kPlain[] = {
    {"Abs", Op::Abs},
    {"Acos", Op::Acos},
    {"Acosh", Op::Acosh},
    {"Asin", Op::Asin},
    {"Asinh", Op::Asinh},
    {"Atan", Op::Atan},
    {"Atanh", Op::Atanh},
    {"Ceil", Op::Ceil},
    {"Cos", Op::Cos},
    {"Cosh", Op::Cosh},
    {"Erf", Op::Erf},
    {"Exp", Op::Exp},
    {"Floor", Op::Floor},
    {"Log", Op::Log},
    {"Neg", Op::Neg},
    {"Not", Op::Not},
    {"Reciprocal", Op::Reciprocal},
    {"Relu", Op::Relu},
    {"Round", Op::Round},
    {"Sigmoid", Op::Sigmoid},
    {"Sign", Op::Sign},
    {"Sin", Op::Sin},
    {"Sinh", Op::Sinh},
    {"Softplus", Op::Softplus},
    {"Sqrt", Op::Sqrt},
    {"Tan", Op::Tan},
    {"Tanh", Op::Tanh},
};

// alpha * (exp(x / width) - 1)
F::Term exponential_tail(F& f, float alpha, float width) {
  const F::Term scaled = width == 1 ? f.x : f(Op::Div, f.x, width);
  const F::Term tail = f(Op::Sub, f(Op::Exp, scaled), 1.0f);
  return alpha == 1 ? tail : f(Op::Mul, tail, alpha);
}

void write_leaky_relu(F& f, float alpha) {
  const F::Term scaled = f(Op::Mul, f.x, alpha);
  if (alpha > 0 && alpha <= 1)
    f(Op::Max, f.x, scaled);
  else
    f(Op::Select, f(Op::Less, f.x, 0.0f), scaled, f.x);
}

void write_hard_sigmoid(F& f, float alpha, float beta) {
  const F::Term line = f(Op::Add, f(Op::Mul, f.x, alpha), beta);
  f(Op::Max, f(Op::Min, line, 1.0f), 0.0f);
}

void write_gelu(F& f, const std::string& approximate, const NodeContext& node) {
  F::Term gate;
  if (approximate == "tanh") {
    const F::Term cube = f(Op::Mul, f(Op::Mul, f.x, f.x), f.x);
    const F::Term inner = f(Op::Add, f.x, f(Op::Mul, cube, 0.044715f));
    gate = f(Op::Tanh, f(Op::Mul, inner, static_cast<float>(std::sqrt(2.0 / M_PI))));
  } else if (approximate == "none") {
    gate = f(Op::Erf, f(Op::Mul, f.x, static_cast<float>(std::sqrt(0.5))));
  } else {
    node.bad(
        fmt::format("attribute 'approximate' is {}; known are none and tanh", quoted(approximate)));
  }
  const F::Term weight = f(Op::Add, gate, 1.0f);
  f(Op::Mul, f(Op::Mul, f.x, 0.5f), weight);
}

void write_shrink(F& f, float bias, float lambda) {
  const F::Term low = f(Op::Select, f(Op::Less, f.x, -lambda), f(Op::Add, f.x, bias), 0.0f);
  f(Op::Select, f(Op::Greater, f.x, lambda), f(Op::Sub, f.x, bias), low);
}

void write_composed(NodeContext& node, F& f) {
  const std::string& op = node.op();
  if (op == "LeakyRelu") {
    write_leaky_relu(f, node.number("alpha", 0.01f));
  } else if (op == "Elu") {
    const F::Term tail = exponential_tail(f, node.number("alpha", 1.0f), 1);
    f(Op::Select, f(Op::Less, f.x, 0.0f), tail, f.x);
  } else if (op == "Selu") {
    // The defaults of opset 1 differ in the last digits.
    const float alpha =
        node.number("alpha", node.opset() < 6 ? 1.6732f : 1.67326319217681884765625f);
    const float gamma =
        node.number("gamma", node.opset() < 6 ? 1.0507f : 1.05070102214813232421875f);
    const F::Term tail = exponential_tail(f, alpha, 1);
    f(Op::Mul, f(Op::Select, f(Op::Greater, f.x, 0.0f), f.x, tail), gamma);
  } else if (op == "Celu") {
    const float alpha = node.number("alpha", 1.0f);
    if (alpha == 0) node.bad("attribute 'alpha' is 0; it divides");
    const F::Term tail = exponential_tail(f, alpha, alpha);
    f(Op::Add, f(Op::Max, f.x, 0.0f), f(Op::Min, tail, 0.0f));
  } else if (op == "HardSigmoid") {
    const float alpha = node.number("alpha", 0.2f);
    write_hard_sigmoid(f, alpha, node.number("beta", 0.5f));
  } else if (op == "HardSwish") {
    write_hard_sigmoid(f, 1.0f / 6, 0.5f);
    f(Op::Mul, f.x, ScalarRef::step(static_cast<int>(f.expr.steps.size()) - 1));
  } else if (op == "Softsign") {
    f(Op::Div, f.x, f(Op::Add, f(Op::Abs, f.x), 1.0f));
  } else if (op == "ThresholdedRelu") {
    f(Op::Select, f(Op::Greater, f.x, node.number("alpha", 1.0f)), f.x, 0.0f);
  } else if (op == "Gelu") {
    write_gelu(f, node.word("approximate", "none"), node);
  } else if (op == "Mish") {
    f(Op::Mul, f.x, f(Op::Tanh, f(Op::Softplus, f.x)));
  } else if (op == "Shrink") {
    const float bias = node.number("bias", 0.0f);
    write_shrink(f, bias, node.number("lambd", 0.5f));
  } else {
    node.unsupported("this function of one value has no expression");
  }
}

// The bound as a number when it is a constant scalar, else as a further input.
F::Term bound_term(NodeContext& node, Ref bound, std::vector<Ref>& inputs) {
  if (element_count(bound->shape) != 1)
    node.bad(fmt::format("the bound {} has shape {}, not one element", quoted(bound->name),
                         print(bound->shape)));
  if (bound->is_constant()) return node.data(bound).floats[0];
  inputs.push_back(node.view(bound, {}, "/bound"));
  return ScalarRef::input(static_cast<int>(inputs.size()) - 1);
}

}  // namespace

void lower_activation(NodeContext& node) {
  node.ignore({"consumed_inputs"});
  const Ref x = node.input(0);
  F f;
  bool plain = false;
  for (const PlainFunction& function : kPlain)
    if (function.name == node.op()) f(function.op, f.x), plain = true;
  if (!plain) write_composed(node, f);
  const bool logical = node.op() == "Not";
  if (logical && x->type != ElementType::Bool)
    node.bad(fmt::format("input {} is {}, not bool", quoted(x->name), name_of(x->type)));
  // Integers pass only where a constant folds.
  if (!logical && (!plain || x->type == ElementType::Bool || !x->is_constant()))
    node.float_input(0);
  node.bind(node.emit(Pointwise{f.expr}, {x}, x->shape, "", x->type));
}

void lower_clip(NodeContext& node) {
  node.ignore({"consumed_inputs"});
  const Ref x = node.float_input(0);
  std::vector<Ref> inputs = {x};
  F f;
  F::Term result = f.x;
  if (node.opset() < 11) {
    const bool low = node.has("min"), high = node.has("max");
    const float lowest = node.number("min", 0), highest = node.number("max", 0);
    if (low) result = f(Op::Max, result, lowest);
    if (high) result = f(Op::Min, result, highest);
  } else {
    if (node.has_input(1))
      result = f(Op::Max, result, bound_term(node, node.float_input(1), inputs));
    if (node.has_input(2))
      result = f(Op::Min, result, bound_term(node, node.float_input(2), inputs));
  }
  node.bind(f.expr.steps.empty() ? x : node.emit(Pointwise{f.expr}, inputs, x->shape));
}

void lower_prelu(NodeContext& node) {
  node.ignore({"consumed_inputs"});
  const Ref x = node.float_input(0);
  Ref slope = node.float_input(1);
  const size_t rank = x->shape.size();
  // Until opset 6 a list of slopes belongs to the channels.
  if (node.opset() < 7 && slope->shape.size() == 1 && rank > 2 && slope->shape[0] != 1) {
    Shape shape(rank - 1, 1);
    shape[0] = slope->shape[0];
    slope = node.view(slope, shape, "/slope");
  }
  if (broadcast(x->shape, slope->shape) != x->shape)
    node.bad(fmt::format("the slope {} does not broadcast to the input {}", print(slope->shape),
                         print(x->shape)));
  F f;
  const F::Term scaled = f(Op::Mul, f.x, ScalarRef::input(1));
  f(Op::Select, f(Op::Less, f.x, 0.0f), scaled, f.x);
  node.bind(node.emit(Pointwise{f.expr}, {x, slope}, x->shape));
}

}  // namespace tilewright
