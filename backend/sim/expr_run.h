// A scalar expression over whole runs of elements at once.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "compiler/ir/expr.h"

namespace tilewright::sim {

inline constexpr int64_t kRun = 256;  // most elements of one call

class ExprRun {
 public:
  // to[e] = evaluate(expr, {inputs[0][e], inputs[1][e], ...}) for e < count <= kRun. `to` may be
  // one of the inputs.
  void evaluate(const ScalarExpr& expr, const float* const* inputs, int64_t count, float* to);

 private:
  std::vector<std::array<float, kRun>> steps_;
  std::array<std::array<float, kRun>, 3> constants_;
};

}  // namespace tilewright::sim
