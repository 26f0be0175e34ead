// Graph to graph: what is done to an imported network before it is mapped for inference.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "compiler/ir/graph.h"

namespace tilewright {

// A pure function that keeps what the graph computes, up to rounding, and the names, shapes and
// order of its inputs and outputs.
struct GraphStage {
  std::string_view name;  // "fold-affine"; also what --dump-after takes
  Graph (*run)(Graph graph);
};

// In the order in which they run.
const std::vector<GraphStage>& inference_stages();

// Sees the graph after each stage; for dumps.
using StageObserver = std::function<void(std::string_view stage, const Graph& graph)>;

// Runs all stages, and checks that each leaves a sound graph. `graph` must verify().
Graph optimize_for_inference(Graph graph, const StageObserver& observer = {});

}  // namespace tilewright
