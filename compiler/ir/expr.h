// Scalar expressions: what a Pointwise primitive computes for one element, as a straight-line list.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tilewright {

// The closed set of scalar functions that the SFU knows.
// clang-format off
enum class ScalarOp : uint8_t {
  // unary
  Neg, Abs, Relu, Floor, Ceil, Round, Sign, Not,
  Exp, Log, Sqrt, Reciprocal, Tanh, Sigmoid, Erf, Softplus,
  Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Asinh, Acosh, Atanh,
  // binary
  Add, Sub, Mul, Div, Min, Max, Pow, Less, LessEqual, Greater, GreaterEqual, Equal, And, Or,
  // ternary: Select(c, a, b) = c != 0 ? a : b
  Select,
};
// clang-format on

std::string_view name_of(ScalarOp op);  // lower case, words joined by '_': "less_equal"
std::optional<ScalarOp> scalar_op_named(std::string_view name);
int arity(ScalarOp op);
// Special functions take the SFU's special rate, the others its simple rate.
bool is_special(ScalarOp op);
// The function on real numbers, in float; comparisons and logic give 0 or 1, anything but 0 is
// true. Round takes ties to the even integer; Min, Max and Relu pass NaN on. Unused operands are
// ignored.
float apply(ScalarOp op, float a, float b, float c);

// Where an operand of a step comes from: input `index` of the primitive, step `index` of the
// expression, or the constant `value`.
struct ScalarRef {
  enum class Kind : uint8_t { Input, Step, Constant };
  Kind kind = Kind::Input;
  int32_t index = 0;
  float value = 0;

  bool operator==(const ScalarRef&) const = default;
  static ScalarRef input(int index) { return {Kind::Input, index, 0}; }
  static ScalarRef step(int index) { return {Kind::Step, index, 0}; }
  static ScalarRef constant(float value) { return {Kind::Constant, 0, value}; }
};

struct ScalarStep {
  ScalarOp op = ScalarOp::Add;
  ScalarRef a, b, c;

  bool operator==(const ScalarStep&) const = default;
};

// Steps in order of evaluation; the last one is the result. No steps: the result is input 0.
struct ScalarExpr {
  std::vector<ScalarStep> steps;

  bool operator==(const ScalarExpr&) const = default;
};

// Operands that a step does not use are never read; print() leaves them out, so an expression reads
// back equal when they hold their default. The expression must have no problem_of().
float evaluate(const ScalarExpr& expr, const float* inputs);
// What is wrong with an expression over `inputs` inputs (a step that reads itself, a later step or
// a missing input), or "".
std::string problem_of(const ScalarExpr& expr, size_t inputs);
// "relu(add(%0, 0.5))", or "$0 = add(%0, 1); $1 = mul($0, $0)" where steps are shared (or many);
// `parse_expr` reads it back equal, and returns false on anything else.
std::string print(const ScalarExpr& expr);
bool parse_expr(std::string_view text, ScalarExpr& expr);
// `first`, then `second` on its result: input 0 of `second` becomes the result of `first`.
// `second` must have no other inputs.
ScalarExpr compose(const ScalarExpr& first, const ScalarExpr& second);

}  // namespace tilewright
