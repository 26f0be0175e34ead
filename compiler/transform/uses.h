// Who reads the values of a graph.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/support/unique_names.h"

namespace tilewright {

// Per value: the times that nodes read it, plus one for each graph output that is it.
std::vector<int> count_uses(const Graph& graph);

// Adds Float32 constants under names that are new to the graph.
class NewConstants {
 public:
  explicit NewConstants(const Graph& graph);
  // The name is `base`, or starts with it.
  ValueId add(Graph& graph, const std::string& base, Shape shape, std::vector<float> data);

 private:
  UniqueNames names_;
};

}  // namespace tilewright
