#include <algorithm>

#include "compiler/ir/evaluate_primitive.h"
#include "compiler/ir/graph.h"
#include "compiler/support/check.h"

namespace tilewright {

namespace {

constexpr int64_t kMostElements = int64_t{1} << 31;  // of one value: 8 GiB

class Evaluation {
 public:
  Evaluation(const Graph& graph, const std::function<float(float)>& stored)
      : graph_(graph), stored_(stored), data_(graph.values.size()) {}

  Diagnostics check_types() const {
    Diagnostics findings;
    const auto check = [&](ValueId id, const std::string& where) {
      const Value& value = graph_.value(id);
      if (value.type != ElementType::Float32)
        findings.push_back(
            {ErrorCode::Unsupported, where,
             fmt::format("'{}' has type {}; the reference evaluator computes float32", value.name,
                         name_of(value.type)),
             ""});
      else if (*element_count(value.shape) > kMostElements)
        findings.push_back(
            {ErrorCode::Unsupported, where,
             fmt::format("'{}' {} has {} elements; at most {} are evaluated", value.name,
                         print(value.shape), *element_count(value.shape), kMostElements),
             ""});
    };
    for (const Node& node : graph_.nodes) {
      for (ValueId id : node.inputs) check(id, fmt::format("node '{}'", node.name));
      check(node.output, fmt::format("node '{}'", node.name));
    }
    for (ValueId id : graph_.outputs) check(id, "outputs");
    return findings;
  }

  Diagnostics feed(const std::map<std::string, Tensor>& inputs) {
    Diagnostics findings;
    for (ValueId id : graph_.inputs) {
      const Value& value = graph_.value(id);
      const std::string where = fmt::format("input '{}'", value.name);
      const auto given = inputs.find(value.name);
      if (given == inputs.end()) {
        findings.push_back({ErrorCode::BadInput, where, "no tensor is given",
                            fmt::format("it is {} {}", name_of(value.type), print(value.shape))});
        continue;
      }
      const Tensor& tensor = given->second;
      if (tensor.type != value.type || tensor.shape != value.shape) {
        findings.push_back(
            {ErrorCode::BadInput, where,
             fmt::format("{} {} is given, {} {} is wanted", name_of(tensor.type),
                         print(tensor.shape), name_of(value.type), print(value.shape)),
             ""});
        continue;
      }
      if (tensor.floats.size() != static_cast<size_t>(*element_count(tensor.shape))) {
        findings.push_back({ErrorCode::BadInput, where,
                            fmt::format("a tensor of shape {} holds {} floats", print(tensor.shape),
                                        tensor.floats.size()),
                            ""});
        continue;
      }
      data_[static_cast<size_t>(id)] = borrow(tensor.floats);
    }
    return findings;
  }

  void run() {
    for (size_t i = 0; i < graph_.values.size(); ++i)
      if (graph_.values[i].constant) data_[i] = borrow(graph_.values[i].constant->floats);
    const std::vector<size_t> last_use = find_last_uses();
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      compute(node);
      for (ValueId id : node.inputs)
        if (last_use[static_cast<size_t>(id)] == n) data_[static_cast<size_t>(id)] = nullptr;
      if (last_use[static_cast<size_t>(node.output)] == n)
        data_[static_cast<size_t>(node.output)] = nullptr;
    }
  }

  std::map<std::string, Tensor> results() const {
    std::map<std::string, Tensor> tensors;
    for (ValueId id : graph_.outputs) {
      const Value& value = graph_.value(id);
      tensors[value.name] = float_tensor(value.shape, *data_[static_cast<size_t>(id)]);
    }
    return tensors;
  }

 private:
  using Data = std::shared_ptr<const std::vector<float>>;

  // Data that someone else keeps alive.
  static Data borrow(const std::vector<float>& floats) { return Data(Data(), &floats); }

  // Per value, the last node that reads or writes it; beyond the last node for outputs.
  std::vector<size_t> find_last_uses() const {
    std::vector<size_t> last(graph_.values.size(), 0);
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      last[static_cast<size_t>(graph_.nodes[n].output)] = n;
      for (ValueId id : graph_.nodes[n].inputs) last[static_cast<size_t>(id)] = n;
    }
    for (ValueId id : graph_.outputs) last[static_cast<size_t>(id)] = graph_.nodes.size();
    return last;
  }

  void compute(const Node& node) {
    const auto* move = std::get_if<Move>(&node.primitive);
    if (move != nullptr && move->is_view()) {
      data_[static_cast<size_t>(node.output)] = data_[static_cast<size_t>(node.inputs[0])];
      return;
    }
    reference::Operands operands;
    for (ValueId id : node.inputs)
      operands.push_back({&graph_.value(id).shape, data_[static_cast<size_t>(id)]->data()});
    const Shape& shape = graph_.value(node.output).shape;
    auto out = std::make_shared<std::vector<float>>(static_cast<size_t>(*element_count(shape)));
    std::visit([&](const auto& p) { reference::run(p, operands, shape, out->data()); },
               node.primitive);
    if (!node.epilogue.steps.empty())
      for (float& element : *out) element = evaluate(node.epilogue, &element);
    if (stored_)
      for (float& element : *out) element = stored_(element);
    data_[static_cast<size_t>(node.output)] = std::move(out);
  }

  const Graph& graph_;
  const std::function<float(float)>& stored_;
  std::vector<Data> data_;
};

}  // namespace

Result<std::map<std::string, Tensor>> evaluate(const Graph& graph,
                                               const std::map<std::string, Tensor>& inputs,
                                               const std::function<float(float)>& stored) {
  const Diagnostics unsound = verify(graph);
  TW_CHECK(unsound.empty(), "evaluating an unsound graph\n{}", to_string(unsound));
  Evaluation evaluation(graph, stored);
  Diagnostics findings = evaluation.check_types();
  const Diagnostics unfed = evaluation.feed(inputs);
  findings.insert(findings.end(), unfed.begin(), unfed.end());
  if (!findings.empty()) return fail(std::move(findings));
  evaluation.run();
  return evaluation.results();
}

}  // namespace tilewright
