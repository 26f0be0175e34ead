#include "compiler/transform/fold_scalars.h"

#include <algorithm>
#include <functional>

#include "compiler/support/check.h"

namespace tilewright {

namespace {

// Rewrites every operand that a step of `expr` reads.
void rewrite(ScalarExpr& expr, const std::function<ScalarRef(const ScalarRef&)>& change) {
  for (ScalarStep& step : expr.steps) {
    ScalarRef* refs[] = {&step.a, &step.b, &step.c};
    for (int operand = 0; operand < arity(step.op); ++operand)
      *refs[operand] = change(*refs[operand]);
  }
}

// Removes operand `index`; what read it reads `instead`.
void drop_operand(Node& node, size_t index, const ScalarRef& instead) {
  node.inputs.erase(node.inputs.begin() + static_cast<std::ptrdiff_t>(index));
  const auto dropped = static_cast<int32_t>(index);
  rewrite(std::get<Pointwise>(node.primitive).expr, [&](ScalarRef ref) {
    if (ref.kind != ScalarRef::Kind::Input || ref.index < dropped) return ref;
    if (ref.index == dropped) return instead;
    --ref.index;
    return ref;
  });
}

// Steps over constants only are computed and disappear; the last step always stays.
void compute_constant_steps(ScalarExpr& expr) {
  std::vector<ScalarRef> result;  // what stands for each old step
  std::vector<ScalarStep> kept;
  for (size_t s = 0; s < expr.steps.size(); ++s) {
    ScalarStep step = expr.steps[s];
    ScalarRef* refs[] = {&step.a, &step.b, &step.c};
    bool constant = true;
    for (int operand = 0; operand < arity(step.op); ++operand) {
      ScalarRef& ref = *refs[operand];
      if (ref.kind == ScalarRef::Kind::Step) ref = result[static_cast<size_t>(ref.index)];
      constant = constant && ref.kind == ScalarRef::Kind::Constant;
    }
    if (constant && s + 1 < expr.steps.size()) {
      result.push_back(
          ScalarRef::constant(apply(step.op, step.a.value, step.b.value, step.c.value)));
    } else {
      result.push_back(ScalarRef::step(static_cast<int>(kept.size())));
      kept.push_back(step);
    }
  }
  expr.steps = std::move(kept);
}

bool keeps_shape_without(const Graph& graph, const Node& node, size_t index) {
  std::vector<Shape> shapes;
  for (size_t i = 0; i < node.inputs.size(); ++i)
    if (i != index) shapes.push_back(graph.value(node.inputs[i]).shape);
  const Result<Shape> inferred = infer_shape(Pointwise{}, shapes);
  return inferred && *inferred == graph.value(node.output).shape;
}

void fold_node(const Graph& graph, Node& node) {
  ScalarExpr& expr = std::get<Pointwise>(node.primitive).expr;
  if (expr.steps.empty()) return;
  for (size_t i = node.inputs.size(); i-- > 0;) {
    const auto first = std::find(node.inputs.begin(), node.inputs.end(), node.inputs[i]);
    const auto twin = static_cast<int>(first - node.inputs.begin());
    if (twin < static_cast<int>(i)) {
      drop_operand(node, i, ScalarRef::input(twin));
      continue;
    }
    const Tensor* tensor = graph.value(node.inputs[i]).constant.get();
    if (tensor != nullptr && tensor->floats.size() == 1 && keeps_shape_without(graph, node, i))
      drop_operand(node, i, ScalarRef::constant(tensor->floats[0]));
  }
  compute_constant_steps(expr);
}

}  // namespace

Graph fold_scalars(Graph graph) {
  for (Node& node : graph.nodes)
    if (std::holds_alternative<Pointwise>(node.primitive)) fold_node(graph, node);
  return graph;
}

}  // namespace tilewright
