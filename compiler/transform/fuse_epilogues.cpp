#include "compiler/transform/fuse_epilogues.h"

#include "compiler/transform/absorb.h"

namespace tilewright {

Graph fuse_epilogues(Graph graph) {
  return absorb_pointwise(std::move(graph), [](Graph&, Node& root, const Node& pointwise, size_t) {
    const bool is_array = std::holds_alternative<Conv>(root.primitive) ||
                          std::holds_alternative<MatMul>(root.primitive);
    const ScalarExpr& expr = std::get<Pointwise>(pointwise.primitive).expr;
    if (!is_array || pointwise.inputs.size() != 1 ||
        root.epilogue.steps.size() + expr.steps.size() > kMostSteps)
      return false;
    root.epilogue = compose(root.epilogue, expr);
    return true;
  });
}

}  // namespace tilewright
