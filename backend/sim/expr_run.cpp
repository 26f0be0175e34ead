#include "backend/sim/expr_run.h"

#include <algorithm>
#include <cmath>

namespace tilewright::sim {

namespace {

template <class Function>
void each(float* to, int64_t count, Function function) {
  for (int64_t e = 0; e < count; ++e) to[e] = function(e);
}

// The common cheap functions in plain loops, exactly as apply() has them; the others through it.
void apply_run(ScalarOp op, const float* a, const float* b, const float* c, int64_t count,
               float* to) {
  switch (op) {
    case ScalarOp::Relu:
      return each(to, count, [&](int64_t e) { return a[e] < 0 ? 0.0f : a[e]; });
    case ScalarOp::Add:
      return each(to, count, [&](int64_t e) { return a[e] + b[e]; });
    case ScalarOp::Sub:
      return each(to, count, [&](int64_t e) { return a[e] - b[e]; });
    case ScalarOp::Mul:
      return each(to, count, [&](int64_t e) { return a[e] * b[e]; });
    case ScalarOp::Div:
      return each(to, count, [&](int64_t e) { return a[e] / b[e]; });
    case ScalarOp::Min:
      return each(to, count,
                  [&](int64_t e) { return a[e] < b[e] || std::isnan(a[e]) ? a[e] : b[e]; });
    case ScalarOp::Max:
      return each(to, count,
                  [&](int64_t e) { return a[e] > b[e] || std::isnan(a[e]) ? a[e] : b[e]; });
    default:
      return each(to, count, [&](int64_t e) { return apply(op, a[e], b[e], c[e]); });
  }
}

}  // namespace

void ExprRun::evaluate(const ScalarExpr& expr, const float* const* inputs, int64_t count,
                       float* to) {
  if (expr.steps.empty()) {
    std::copy_n(inputs[0], count, to);
    return;
  }
  if (steps_.size() < expr.steps.size()) steps_.resize(expr.steps.size());
  const auto operand = [&](const ScalarRef& ref, size_t which) -> const float* {
    switch (ref.kind) {
      case ScalarRef::Kind::Input:
        return inputs[ref.index];
      case ScalarRef::Kind::Step:
        return steps_[static_cast<size_t>(ref.index)].data();
      case ScalarRef::Kind::Constant:
        break;
    }
    std::fill_n(constants_[which].begin(), count, ref.value);
    return constants_[which].data();
  };
  for (size_t s = 0; s < expr.steps.size(); ++s) {
    const ScalarStep& step = expr.steps[s];
    const int operands = arity(step.op);
    const float* a = operand(step.a, 0);
    const float* b = operands > 1 ? operand(step.b, 1) : a;
    const float* c = operands > 2 ? operand(step.c, 2) : a;
    apply_run(step.op, a, b, c, count, steps_[s].data());
  }
  std::copy_n(steps_[expr.steps.size() - 1].begin(), count, to);
}

}  // namespace tilewright::sim
