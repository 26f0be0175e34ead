// Writes scalar expressions step by step.
#pragma once

#include "compiler/ir/expr.h"

namespace tilewright {

// f(ScalarOp::Add, f.x, 1.0f) appends a step and names its result.
struct ExpressionWriter {
  // A reference or a number.
  struct Term : ScalarRef {
    Term() = default;
    Term(ScalarRef ref) : ScalarRef(ref) {}                         // NOLINT
    Term(float number) : ScalarRef(ScalarRef::constant(number)) {}  // NOLINT
  };

  ScalarExpr expr;
  Term x = ScalarRef::input(0);

  Term operator()(ScalarOp op, Term a, Term b = {}, Term c = {}) {
    expr.steps.push_back({op, a, b, c});
    return ScalarRef::step(static_cast<int>(expr.steps.size()) - 1);
  }
};

}  // namespace tilewright
