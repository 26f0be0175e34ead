#include "compiler/transform/fold_constants.h"

#include <algorithm>

#include "compiler/support/check.h"
#include "compiler/support/math.h"

namespace tilewright {

namespace {

constexpr int64_t kMostElements = int64_t{1} << 26, kMostWork = int64_t{1} << 30;

bool is_small(const Graph& graph, const Node& node) {
  const int64_t elements = *element_count(graph.value(node.output).shape);
  std::optional<int64_t> work = std::max(elements, mac_count(graph, node));
  if (const auto* pool = std::get_if<Pool>(&node.primitive)) {
    const auto window = checked_mul(pool->window.kernel[0], pool->window.kernel[1]);
    work = window ? checked_mul(elements, *window) : std::nullopt;
  }
  return elements <= kMostElements && work && *work <= kMostWork;
}

bool is_foldable(const Graph& graph, const Node& node) {
  return graph.value(node.output).type == ElementType::Float32 &&
         std::all_of(node.inputs.begin(), node.inputs.end(),
                     [&](ValueId id) {
                       const Value& value = graph.value(id);
                       return value.constant && value.type == ElementType::Float32;
                     }) &&
         is_small(graph, node);
}

Tensor evaluate_alone(const Graph& graph, const Node& node) {
  Graph alone;
  Node copy = node;
  for (ValueId& id : copy.inputs) {
    Value operand = graph.value(id);
    operand.name = fmt::format("operand{}", alone.values.size());
    id = alone.add_value(std::move(operand));
  }
  const Value& out = graph.value(node.output);
  copy.output = alone.add_value({out.name + ".folded", out.type, out.shape, nullptr});
  alone.outputs = {copy.output};
  alone.nodes = {std::move(copy)};
  auto results = evaluate(alone, {});
  TW_CHECK(results.has_value(), "{}", to_string(results.error()));
  return std::move(results->begin()->second);
}

}  // namespace

Graph fold_constants(Graph graph) {
  std::vector<Node> kept;
  for (Node& node : graph.nodes) {
    if (is_foldable(graph, node))
      graph.values[static_cast<size_t>(node.output)].constant =
          std::make_shared<const Tensor>(evaluate_alone(graph, node));
    else
      kept.push_back(std::move(node));
  }
  graph.nodes = std::move(kept);
  return graph;
}

}  // namespace tilewright
