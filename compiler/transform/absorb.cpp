#include "compiler/transform/absorb.h"

#include <optional>

#include "compiler/transform/uses.h"

namespace tilewright {

namespace {

bool is_view(const Node& node) {
  const auto* move = std::get_if<Move>(&node.primitive);
  return move != nullptr && move->is_view();
}

std::optional<size_t> only_run_time_operand(const Graph& graph, const Node& node) {
  std::optional<size_t> found;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (graph.value(node.inputs[i]).constant) continue;
    if (found) return std::nullopt;
    found = i;
  }
  return found;
}

class Absorbing {
 public:
  Absorbing(Graph graph, const Absorb& absorb)
      : graph_(std::move(graph)),
        absorb_(absorb),
        uses_(count_uses(graph_)),
        producer_(graph_.values.size(), kNobody) {}

  Graph run() {
    const std::vector<Node> nodes = std::move(graph_.nodes);
    for (const Node& node : nodes) {
      if (try_absorb(node)) continue;
      producer_[static_cast<size_t>(node.output)] = kept_.size();
      kept_.push_back(node);
    }
    graph_.nodes = std::move(kept_);
    return std::move(graph_);
  }

 private:
  static constexpr size_t kNobody = SIZE_MAX;

  bool try_absorb(const Node& node) {
    if (!std::holds_alternative<Pointwise>(node.primitive)) return false;
    const auto operand = only_run_time_operand(graph_, node);
    if (!operand) return false;
    const ValueId source = node.inputs[*operand];
    const Value &before = graph_.value(source), &after = graph_.value(node.output);
    if (before.shape != after.shape || before.type != after.type) return false;
    const size_t last = sole_producer(source);
    size_t root = last;
    while (root != kNobody && is_view(kept_[root])) root = sole_producer(kept_[root].inputs[0]);
    if (root == kNobody || !absorb_(graph_, kept_[root], node, *operand)) return false;
    kept_[last].output = node.output;
    producer_[static_cast<size_t>(node.output)] = last;
    return true;
  }

  size_t sole_producer(ValueId id) const {
    return uses_[static_cast<size_t>(id)] == 1 ? producer_[static_cast<size_t>(id)] : kNobody;
  }

  Graph graph_;
  const Absorb& absorb_;
  std::vector<int> uses_;         // of the values of the graph as it was
  std::vector<size_t> producer_;  // index in kept_
  std::vector<Node> kept_;
};

}  // namespace

Graph absorb_pointwise(Graph graph, const Absorb& absorb) {
  return Absorbing(std::move(graph), absorb).run();
}

}  // namespace tilewright
