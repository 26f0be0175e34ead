#include "compiler/transform/uses.h"

#include "compiler/support/check.h"

namespace tilewright {

std::vector<int> count_uses(const Graph& graph) {
  std::vector<int> uses(graph.values.size(), 0);
  for (const Node& node : graph.nodes)
    for (ValueId id : node.inputs) ++uses[static_cast<size_t>(id)];
  for (ValueId id : graph.outputs) ++uses[static_cast<size_t>(id)];
  return uses;
}

NewConstants::NewConstants(const Graph& graph) {
  for (const Value& value : graph.values) names_.take(value.name);
}

ValueId NewConstants::add(Graph& graph, const std::string& base, Shape shape,
                          std::vector<float> data) {
  const std::string name = names_.fresh(base, '.');
  auto tensor = std::make_shared<const Tensor>(float_tensor(shape, std::move(data)));
  return graph.add_value({name, ElementType::Float32, std::move(shape), std::move(tensor)});
}

}  // namespace tilewright
