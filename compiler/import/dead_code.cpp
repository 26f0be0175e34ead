#include "compiler/import/dead_code.h"

#include <algorithm>

namespace tilewright {

std::vector<ValueId> drop_dead(Graph& graph) {
  std::vector<bool> needed(graph.values.size(), false);
  const auto need = [&](ValueId id) { needed[static_cast<size_t>(id)] = true; };
  const auto is_needed = [&](ValueId id) -> bool { return needed[static_cast<size_t>(id)]; };
  for (ValueId id : graph.outputs) need(id);
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node)
    if (is_needed(node->output))
      for (ValueId id : node->inputs) need(id);
  graph.nodes.erase(std::remove_if(graph.nodes.begin(), graph.nodes.end(),
                                   [&](const Node& node) { return !is_needed(node.output); }),
                    graph.nodes.end());

  for (ValueId id : graph.inputs) need(id);
  std::vector<ValueId> renumbered(graph.values.size(), -1);
  ValueId next = 0;
  for (size_t old = 0; old < graph.values.size(); ++old) {
    if (!needed[old]) continue;
    renumbered[old] = next;
    if (static_cast<size_t>(next) != old)
      graph.values[static_cast<size_t>(next)] = std::move(graph.values[old]);
    ++next;
  }
  graph.values.resize(static_cast<size_t>(next));
  const auto renumber = [&](ValueId& id) { id = renumbered[static_cast<size_t>(id)]; };
  for (ValueId& id : graph.inputs) renumber(id);
  for (ValueId& id : graph.outputs) renumber(id);
  for (Node& node : graph.nodes) {
    for (ValueId& id : node.inputs) renumber(id);
    renumber(node.output);
  }
  return renumbered;
}

}  // namespace tilewright
