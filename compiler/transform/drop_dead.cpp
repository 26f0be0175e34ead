#include "compiler/transform/drop_dead.h"

#include <algorithm>

namespace tilewright {

namespace {

void keep_needed_nodes(Graph& graph, std::vector<bool>& needed) {
  for (ValueId id : graph.outputs) needed[static_cast<size_t>(id)] = true;
  std::vector<Node> kept;
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    Node& node = graph.nodes[n];
    if (!needed[static_cast<size_t>(node.output)]) continue;
    for (ValueId id : node.inputs) needed[static_cast<size_t>(id)] = true;
    kept.push_back(std::move(node));
  }
  std::reverse(kept.begin(), kept.end());
  graph.nodes = std::move(kept);
}

}  // namespace

Graph drop_dead(Graph graph) {
  std::vector<bool> needed(graph.values.size(), false);
  keep_needed_nodes(graph, needed);
  for (ValueId id : graph.inputs) needed[static_cast<size_t>(id)] = true;

  std::vector<ValueId> renumbered(graph.values.size(), -1);
  std::vector<Value> values;
  for (size_t i = 0; i < graph.values.size(); ++i) {
    if (!needed[i]) continue;
    renumbered[i] = static_cast<ValueId>(values.size());
    values.push_back(std::move(graph.values[i]));
  }
  graph.values = std::move(values);
  const auto renumber = [&](ValueId& id) { id = renumbered[static_cast<size_t>(id)]; };
  for (Node& node : graph.nodes) {
    std::for_each(node.inputs.begin(), node.inputs.end(), renumber);
    renumber(node.output);
  }
  std::for_each(graph.inputs.begin(), graph.inputs.end(), renumber);
  std::for_each(graph.outputs.begin(), graph.outputs.end(), renumber);
  return graph;
}

}  // namespace tilewright
