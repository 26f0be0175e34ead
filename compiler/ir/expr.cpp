#include "compiler/ir/expr.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "compiler/support/check.h"

namespace tilewright {

namespace {

struct OpRow {
  ScalarOp op;
  std::string_view name;
  int arity;
  bool special;
};

constexpr OpRow kOps[] = {
    {ScalarOp::Neg, "neg", 1, false},         {ScalarOp::Abs, "abs", 1, false},
    {ScalarOp::Relu, "relu", 1, false},       {ScalarOp::Floor, "floor", 1, false},
    {ScalarOp::Ceil, "ceil", 1, false},       {ScalarOp::Round, "round", 1, false},
    {ScalarOp::Sign, "sign", 1, false},       {ScalarOp::Not, "not", 1, false},
    {ScalarOp::Exp, "exp", 1, true},          {ScalarOp::Log, "log", 1, true},
    {ScalarOp::Sqrt, "sqrt", 1, true},        {ScalarOp::Reciprocal, "reciprocal", 1, true},
    {ScalarOp::Tanh, "tanh", 1, true},        {ScalarOp::Sigmoid, "sigmoid", 1, true},
    {ScalarOp::Erf, "erf", 1, true},          {ScalarOp::Softplus, "softplus", 1, true},
    {ScalarOp::Sin, "sin", 1, true},          {ScalarOp::Cos, "cos", 1, true},
    {ScalarOp::Tan, "tan", 1, true},          {ScalarOp::Asin, "asin", 1, true},
    {ScalarOp::Acos, "acos", 1, true},        {ScalarOp::Atan, "atan", 1, true},
    {ScalarOp::Sinh, "sinh", 1, true},        {ScalarOp::Cosh, "cosh", 1, true},
    {ScalarOp::Asinh, "asinh", 1, true},      {ScalarOp::Acosh, "acosh", 1, true},
    {ScalarOp::Atanh, "atanh", 1, true},      {ScalarOp::Add, "add", 2, false},
    {ScalarOp::Sub, "sub", 2, false},         {ScalarOp::Mul, "mul", 2, false},
    {ScalarOp::Div, "div", 2, true},          {ScalarOp::Min, "min", 2, false},
    {ScalarOp::Max, "max", 2, false},         {ScalarOp::Pow, "pow", 2, true},
    {ScalarOp::Less, "less", 2, false},       {ScalarOp::LessEqual, "less_equal", 2, false},
    {ScalarOp::Greater, "greater", 2, false}, {ScalarOp::GreaterEqual, "greater_equal", 2, false},
    {ScalarOp::Equal, "equal", 2, false},     {ScalarOp::And, "and", 2, false},
    {ScalarOp::Or, "or", 2, false},           {ScalarOp::Select, "select", 3, false},
};

constexpr bool rows_in_enum_order() {
  for (size_t i = 0; i < std::size(kOps); ++i)
    if (static_cast<size_t>(kOps[i].op) != i) return false;
  return std::size(kOps) == static_cast<size_t>(ScalarOp::Select) + 1;
}
static_assert(rows_in_enum_order());

const OpRow& row(ScalarOp op) {
  TW_CHECK(static_cast<size_t>(op) < std::size(kOps), "scalar op {}", static_cast<int>(op));
  return kOps[static_cast<size_t>(op)];
}

float truth(bool b) { return b ? 1.0f : 0.0f; }

float softplus(float a) { return std::log1p(std::exp(-std::fabs(a))) + (a > 0 ? a : 0.0f); }

}  // namespace

std::string_view name_of(ScalarOp op) { return row(op).name; }
int arity(ScalarOp op) { return row(op).arity; }
bool is_special(ScalarOp op) { return row(op).special; }

std::optional<ScalarOp> scalar_op_named(std::string_view name) {
  for (const OpRow& r : kOps)
    if (r.name == name) return r.op;
  return std::nullopt;
}

// clang-format off
float apply(ScalarOp op, float a, float b, float c) {
  switch (op) {
    case ScalarOp::Neg: return -a;
    case ScalarOp::Abs: return std::fabs(a);
    case ScalarOp::Relu: return a < 0 ? 0.0f : a;
    case ScalarOp::Floor: return std::floor(a);
    case ScalarOp::Ceil: return std::ceil(a);
    case ScalarOp::Round: return std::nearbyint(a);
    case ScalarOp::Sign: return truth(a > 0) - truth(a < 0);
    case ScalarOp::Not: return truth(a == 0);
    case ScalarOp::Exp: return std::exp(a);
    case ScalarOp::Log: return std::log(a);
    case ScalarOp::Sqrt: return std::sqrt(a);
    case ScalarOp::Reciprocal: return 1.0f / a;
    case ScalarOp::Tanh: return std::tanh(a);
    case ScalarOp::Sigmoid: return 1.0f / (1.0f + std::exp(-a));
    case ScalarOp::Erf: return std::erf(a);
    case ScalarOp::Softplus: return softplus(a);
    case ScalarOp::Sin: return std::sin(a);
    case ScalarOp::Cos: return std::cos(a);
    case ScalarOp::Tan: return std::tan(a);
    case ScalarOp::Asin: return std::asin(a);
    case ScalarOp::Acos: return std::acos(a);
    case ScalarOp::Atan: return std::atan(a);
    case ScalarOp::Sinh: return std::sinh(a);
    case ScalarOp::Cosh: return std::cosh(a);
    case ScalarOp::Asinh: return std::asinh(a);
    case ScalarOp::Acosh: return std::acosh(a);
    case ScalarOp::Atanh: return std::atanh(a);
    case ScalarOp::Add: return a + b;
    case ScalarOp::Sub: return a - b;
    case ScalarOp::Mul: return a * b;
    case ScalarOp::Div: return a / b;
    case ScalarOp::Min: return a < b || std::isnan(a) ? a : b;
    case ScalarOp::Max: return a > b || std::isnan(a) ? a : b;
    case ScalarOp::Pow: return std::pow(a, b);
    case ScalarOp::Less: return truth(a < b);
    case ScalarOp::LessEqual: return truth(a <= b);
    case ScalarOp::Greater: return truth(a > b);
    case ScalarOp::GreaterEqual: return truth(a >= b);
    case ScalarOp::Equal: return truth(a == b);
    case ScalarOp::And: return truth(a != 0 && b != 0);
    case ScalarOp::Or: return truth(a != 0 || b != 0);
    case ScalarOp::Select: return a != 0 ? b : c;
  }
  TW_CHECK(false, "scalar op {}", static_cast<int>(op));
}
// clang-format on

float evaluate(const ScalarExpr& expr, const float* inputs) {
  constexpr size_t kInline = 32;
  if (expr.steps.empty()) return inputs[0];
  std::array<float, kInline> few;
  std::vector<float> many(expr.steps.size() > kInline ? expr.steps.size() : 0);
  float* results = many.empty() ? few.data() : many.data();
  const auto read = [&](const ScalarRef& ref) {
    switch (ref.kind) {
      case ScalarRef::Kind::Input:
        return inputs[ref.index];
      case ScalarRef::Kind::Step:
        return results[ref.index];
      case ScalarRef::Kind::Constant:
        return ref.value;
    }
    return 0.0f;
  };
  for (size_t s = 0; s < expr.steps.size(); ++s) {
    const ScalarStep& step = expr.steps[s];
    const int operands = row(step.op).arity;
    results[s] = apply(step.op, read(step.a), operands > 1 ? read(step.b) : 0.0f,
                       operands > 2 ? read(step.c) : 0.0f);
  }
  return results[expr.steps.size() - 1];
}

ScalarExpr compose(const ScalarExpr& first, const ScalarExpr& second) {
  if (first.steps.empty()) return second;
  ScalarExpr both = first;
  const auto offset = static_cast<int32_t>(first.steps.size());
  for (ScalarStep step : second.steps) {
    ScalarRef* refs[] = {&step.a, &step.b, &step.c};
    for (int operand = 0; operand < arity(step.op); ++operand) {
      ScalarRef& ref = *refs[operand];
      if (ref.kind == ScalarRef::Kind::Step) ref.index += offset;
      if (ref.kind == ScalarRef::Kind::Input) {
        TW_CHECK(ref.index == 0, "composing with an expression that reads input {}", ref.index);
        ref = ScalarRef::step(offset - 1);
      }
    }
    both.steps.push_back(step);
  }
  return both;
}

std::string problem_of(const ScalarExpr& expr, size_t inputs) {
  if (expr.steps.empty() && inputs == 0) return "the result is input 0, but there is no input";
  for (size_t s = 0; s < expr.steps.size(); ++s) {
    const ScalarStep& step = expr.steps[s];
    if (static_cast<size_t>(step.op) >= std::size(kOps))
      return fmt::format("step {} has unknown scalar function {}", s, static_cast<int>(step.op));
    const ScalarRef refs[] = {step.a, step.b, step.c};
    for (int operand = 0; operand < arity(step.op); ++operand) {
      const ScalarRef& ref = refs[operand];
      const size_t limit = ref.kind == ScalarRef::Kind::Input  ? inputs
                           : ref.kind == ScalarRef::Kind::Step ? s
                                                               : 1;
      if (ref.index < 0 || static_cast<size_t>(ref.index) >= limit)
        return fmt::format("step {} ({}) reads {} {}, of {}", s, name_of(step.op),
                           ref.kind == ScalarRef::Kind::Input ? "input" : "step", ref.index, limit);
    }
  }
  return "";
}

}  // namespace tilewright
