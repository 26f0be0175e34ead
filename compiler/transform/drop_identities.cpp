#include "compiler/transform/drop_identities.h"

#include <algorithm>

namespace tilewright {

namespace {

bool is_view(const Node& node) {
  const auto* move = std::get_if<Move>(&node.primitive);
  return move != nullptr && move->is_view();
}

bool is_identity(const Graph& graph, const Node& node) {
  const auto* pointwise = std::get_if<Pointwise>(&node.primitive);
  const bool passes_on = is_view(node) || (pointwise != nullptr && pointwise->expr.steps.empty() &&
                                           node.inputs.size() == 1);
  return passes_on && graph.value(node.inputs[0]).shape == graph.value(node.output).shape &&
         graph.value(node.inputs[0]).type == graph.value(node.output).type;
}

bool is_listed(const std::vector<ValueId>& ids, ValueId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

constexpr size_t kNobody = SIZE_MAX;

class Dropping {
 public:
  explicit Dropping(Graph graph)
      : graph_(std::move(graph)), producer_(graph_.values.size(), kNobody) {
    for (size_t i = 0; i < graph_.values.size(); ++i) stand_in_.push_back(static_cast<ValueId>(i));
  }

  Graph run() {
    const std::vector<Node> nodes = std::move(graph_.nodes);
    for (Node node : nodes) {
      for (ValueId& id : node.inputs) id = stand_in_[static_cast<size_t>(id)];
      look_through_view(node);  // first, since that may leave an identity
      if (is_identity(graph_, node) && drop(node)) continue;
      producer_[static_cast<size_t>(node.output)] = kept_.size();
      kept_.push_back(std::move(node));
    }
    graph_.nodes = std::move(kept_);
    return std::move(graph_);
  }

 private:
  bool drop(const Node& node) {
    const ValueId from = node.inputs[0], to = node.output;
    if (!is_listed(graph_.outputs, to)) {
      stand_in_[static_cast<size_t>(to)] = from;
      return true;
    }
    // The name of an output must stay: whoever computes `from` computes `to` instead.
    const size_t producer = producer_[static_cast<size_t>(from)];
    if (producer == kNobody || is_listed(graph_.outputs, from)) return false;
    kept_[producer].output = to;
    producer_[static_cast<size_t>(to)] = producer;
    for (ValueId& stand_in : stand_in_)
      if (stand_in == from) stand_in = to;
    for (Node& earlier : kept_)
      for (ValueId& id : earlier.inputs)
        if (id == from) id = to;
    return true;
  }

  void look_through_view(Node& node) const {
    if (!is_view(node)) return;
    const size_t producer = producer_[static_cast<size_t>(node.inputs[0])];
    if (producer != kNobody && is_view(kept_[producer])) node.inputs[0] = kept_[producer].inputs[0];
  }

  Graph graph_;
  std::vector<size_t> producer_;   // index in kept_
  std::vector<ValueId> stand_in_;  // per value, the one that is read in its place
  std::vector<Node> kept_;
};

}  // namespace

Graph drop_identities(Graph graph) { return Dropping(std::move(graph)).run(); }

}  // namespace tilewright
