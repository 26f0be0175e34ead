#include "compiler/transform/merge_pointwise.h"

#include "compiler/transform/absorb.h"

namespace tilewright {

Graph merge_pointwise(Graph graph) {
  return absorb_pointwise(std::move(graph), [](Graph&, Node& root, const Node& pointwise, size_t) {
    auto* first = std::get_if<Pointwise>(&root.primitive);
    const ScalarExpr& second = std::get<Pointwise>(pointwise.primitive).expr;
    if (first == nullptr || pointwise.inputs.size() != 1 ||
        first->expr.steps.size() + second.steps.size() > kMostSteps)
      return false;
    first->expr = compose(first->expr, second);
    return true;
  });
}

}  // namespace tilewright
