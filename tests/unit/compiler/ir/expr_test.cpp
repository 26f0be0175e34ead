#include "compiler/ir/expr.h"

#include <cmath>
#include <limits>

#include "compiler/support/rng.h"
#include "tests/support/catch.h"

namespace tilewright {
namespace {

constexpr int kOps = static_cast<int>(ScalarOp::Select) + 1;

ScalarExpr parsed(const std::string& text) {
  ScalarExpr expr;
  INFO(text);
  REQUIRE(parse_expr(text, expr));
  return expr;
}

ScalarRef random_ref(Rng& rng, int steps) {
  const int64_t kind = rng.below(3);
  if (kind == 0) return ScalarRef::input(static_cast<int>(rng.below(3)));
  if (kind == 1 && steps > 0) return ScalarRef::step(static_cast<int>(rng.below(steps)));
  const float exponent = rng.uniform(-40, 40);
  return ScalarRef::constant((rng.coin() ? 1.0f : -1.0f) * std::exp(exponent));
}

// With `chained`, each step uses the one before: these print nested.
ScalarExpr random_expr(Rng& rng, int steps, bool chained) {
  ScalarExpr expr;
  for (int s = 0; s < steps; ++s) {
    ScalarStep step;
    step.op = static_cast<ScalarOp>(rng.below(kOps));
    ScalarRef* refs[] = {&step.a, &step.b, &step.c};
    for (int operand = 0; operand < arity(step.op); ++operand)
      *refs[operand] = random_ref(rng, chained ? 0 : s);
    if (chained && s > 0) *refs[rng.below(arity(step.op))] = ScalarRef::step(s - 1);
    expr.steps.push_back(step);
  }
  return expr;
}

TEST_CASE("each scalar function has a name of its own that is found again") {
  for (int op = 0; op < kOps; ++op) {
    const auto scalar = static_cast<ScalarOp>(op);
    CHECK(scalar_op_named(name_of(scalar)) == scalar);
    CHECK(arity(scalar) >= 1);
    CHECK(arity(scalar) <= 3);
  }
  CHECK(!scalar_op_named("frobnicate"));
  CHECK(!scalar_op_named(""));
}

TEST_CASE("scalar functions at chosen points") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  struct Row {
    ScalarOp op;
    float a, b, c, expected;
  };
  const Row rows[] = {
      {ScalarOp::Neg, 2, 0, 0, -2},         {ScalarOp::Abs, -2, 0, 0, 2},
      {ScalarOp::Relu, -2, 0, 0, 0},        {ScalarOp::Relu, 2, 0, 0, 2},
      {ScalarOp::Floor, -1.5, 0, 0, -2},    {ScalarOp::Ceil, -1.5, 0, 0, -1},
      {ScalarOp::Round, 2.5, 0, 0, 2},      {ScalarOp::Round, 3.5, 0, 0, 4},
      {ScalarOp::Sign, -3, 0, 0, -1},       {ScalarOp::Sign, 0, 0, 0, 0},
      {ScalarOp::Not, 0, 0, 0, 1},          {ScalarOp::Not, 5, 0, 0, 0},
      {ScalarOp::Exp, 0, 0, 0, 1},          {ScalarOp::Log, 1, 0, 0, 0},
      {ScalarOp::Sqrt, 9, 0, 0, 3},         {ScalarOp::Reciprocal, 4, 0, 0, 0.25},
      {ScalarOp::Sigmoid, 0, 0, 0, 0.5},    {ScalarOp::Sigmoid, -200, 0, 0, 0},
      {ScalarOp::Softplus, 100, 0, 0, 100}, {ScalarOp::Softplus, -100, 0, 0, 0},
      {ScalarOp::Add, 1, 2, 0, 3},          {ScalarOp::Sub, 1, 2, 0, -1},
      {ScalarOp::Mul, 3, 2, 0, 6},          {ScalarOp::Div, 3, 2, 0, 1.5},
      {ScalarOp::Min, 3, 2, 0, 2},          {ScalarOp::Max, 3, 2, 0, 3},
      {ScalarOp::Pow, 2, 10, 0, 1024},      {ScalarOp::Less, 1, 1, 0, 0},
      {ScalarOp::LessEqual, 1, 1, 0, 1},    {ScalarOp::Greater, 2, 1, 0, 1},
      {ScalarOp::GreaterEqual, 0, 1, 0, 0}, {ScalarOp::Equal, 4, 4, 0, 1},
      {ScalarOp::And, 1, 0, 0, 0},          {ScalarOp::And, 2, 3, 0, 1},
      {ScalarOp::Or, 0, 3, 0, 1},           {ScalarOp::Or, 0, 0, 0, 0},
      {ScalarOp::Select, 1, 7, 8, 7},       {ScalarOp::Select, 0, 7, 8, 8},
  };
  for (const Row& row : rows) {
    INFO(name_of(row.op) << "(" << row.a << ", " << row.b << ", " << row.c << ")");
    CHECK(apply(row.op, row.a, row.b, row.c) == Approx(row.expected).margin(1e-37));
  }
  for (ScalarOp op : {ScalarOp::Relu, ScalarOp::Min, ScalarOp::Max}) {
    CHECK(std::isnan(apply(op, nan, 1, 0)));
    CHECK((arity(op) == 1 || std::isnan(apply(op, 1, nan, 0))));
  }
}

TEST_CASE("the text form of scalar expressions") {
  CHECK(print(ScalarExpr{}) == "%0");
  ScalarExpr expr;
  expr.steps.push_back({ScalarOp::Add, ScalarRef::input(0), ScalarRef::constant(0.5f), {}});
  expr.steps.push_back({ScalarOp::Relu, ScalarRef::step(0), {}, {}});
  CHECK(print(expr) == "relu(add(%0, 0.5))");
  expr.steps.push_back({ScalarOp::Mul, ScalarRef::step(1), ScalarRef::step(0), {}});
  CHECK(print(expr) == "$0 = add(%0, 0.5); $1 = relu($0); $2 = mul($1, $0)");
  CHECK(parsed(" relu( add(%0,0.5) ) ").steps.size() == 2);
  CHECK(print(parsed("max(-inf, %0)")) == "max(-inf, %0)");
}

TEST_CASE("printed expressions read back equal") {
  Rng rng{1, 0};
  int nested = 0;
  for (int i = 0; i < 2000; ++i) {
    const ScalarExpr expr = random_expr(rng, static_cast<int>(rng.between(0, 40)), rng.coin());
    const std::string text = print(expr);
    INFO(text);
    REQUIRE(problem_of(expr, 3).empty());
    REQUIRE(parsed(text) == expr);
    nested += text.find('$') == std::string::npos;
  }
  CHECK(nested > 200);
  CHECK(nested < 1800);
}

TEST_CASE("text that is no expression is refused") {
  for (const char* text : {"",
                           "%",
                           "%-1",
                           "$0",
                           "%1",
                           "3",
                           "relu",
                           "relu(",
                           "relu()",
                           "relu(%0",
                           "relu(%0))",
                           "relu(%0, %1)",
                           "add(%0)",
                           "frob(%0)",
                           "add(%0,, %1)",
                           "$0 = %0",
                           "$1 = relu(%0)",
                           "$0 = relu(%0); relu($0)",
                           "$0 = relu(add(%0, 1))",
                           "$0 = relu(%0);",
                           "relu(%0) relu(%0)",
                           "relu(%99999999999)",
                           "$0 = add(%0, $0)",
                           "add(%0, 1e999)"}) {
    INFO(text);
    ScalarExpr expr;
    CHECK(!parse_expr(text, expr));
  }
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "relu(";
  ScalarExpr expr;
  CHECK(!parse_expr(deep, expr));
}

TEST_CASE("an expression that reads what it cannot is described") {
  ScalarExpr expr;
  expr.steps.push_back({ScalarOp::Add, ScalarRef::input(0), ScalarRef::input(2), {}});
  CHECK(problem_of(expr, 3).empty());
  CHECK(problem_of(expr, 2) == "step 0 (add) reads input 2, of 2");
  expr.steps[0].b = ScalarRef::step(0);
  CHECK(problem_of(expr, 2) == "step 0 (add) reads step 0, of 0");
  CHECK(!problem_of(ScalarExpr{}, 0).empty());
}

TEST_CASE("a composed expression computes one after the other") {
  Rng rng{2, 0};
  for (int i = 0; i < 300; ++i) {
    const ScalarExpr first = random_expr(rng, static_cast<int>(rng.between(0, 5)), false);
    ScalarExpr second = random_expr(rng, static_cast<int>(rng.between(0, 5)), true);
    for (ScalarStep& step : second.steps)
      for (ScalarRef* ref : {&step.a, &step.b, &step.c})
        if (ref->kind == ScalarRef::Kind::Input) ref->index = 0;
    const float inputs[] = {rng.uniform(-2, 2), rng.uniform(-2, 2), rng.uniform(-2, 2)};
    const float between = evaluate(first, inputs);
    const float expected = evaluate(second, &between);
    const float result = evaluate(compose(first, second), inputs);
    INFO(print(first) << " then " << print(second));
    CHECK((result == expected || (std::isnan(result) && std::isnan(expected))));
  }
}

}  // namespace
}  // namespace tilewright
