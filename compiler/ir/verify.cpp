#include <algorithm>
#include <set>

#include "compiler/ir/graph.h"
#include "compiler/support/check.h"

namespace tilewright {

namespace {

class Verifier {
 public:
  explicit Verifier(const Graph& graph) : graph_(graph), defined_(graph.values.size(), false) {}

  Diagnostics run() {
    check_values();
    for (ValueId id : graph_.inputs) define_input(id);
    for (const Node& node : graph_.nodes) check_node(node);
    for (ValueId id : graph_.outputs) {
      if (!in_range(id))
        report("outputs", fmt::format("value {} of {}", id, graph_.values.size()));
      else if (!defined_[static_cast<size_t>(id)])
        report("outputs", fmt::format("value '{}' is never computed", graph_.value(id).name));
    }
    return std::move(findings_);
  }

 private:
  void report(std::string where, std::string message) {
    findings_.push_back({ErrorCode::BadInput, std::move(where), std::move(message), ""});
  }
  bool in_range(ValueId id) const {
    return id >= 0 && static_cast<size_t>(id) < graph_.values.size();
  }

  void check_values() {
    std::set<std::string_view> names;
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      const Value& value = graph_.values[i];
      const std::string where = fmt::format("value '{}'", value.name);
      if (!names.insert(value.name).second) report(where, "the name is used twice");
      const bool negative = std::any_of(value.shape.begin(), value.shape.end(),
                                        [](int64_t extent) { return extent < 0; });
      if (negative || !element_count(value.shape))
        report(where, fmt::format("impossible shape {}", print(value.shape)));
      else if (value.constant)
        check_constant(value, where);
      defined_[i] = value.constant != nullptr;
    }
  }

  void check_constant(const Value& value, const std::string& where) {
    const Tensor& tensor = *value.constant;
    if (tensor.type != value.type || tensor.shape != value.shape)
      report(where, fmt::format("declared {} {}, constant is {} {}", name_of(value.type),
                                print(value.shape), name_of(tensor.type), print(tensor.shape)));
    const bool is_float = tensor.type == ElementType::Float32;
    const size_t held = is_float ? tensor.floats.size() : tensor.ints.size();
    const auto wanted = element_count(tensor.shape);
    if (!wanted || held != static_cast<size_t>(*wanted))
      report(where,
             fmt::format("constant of shape {} holds {} elements", print(tensor.shape), held));
    if (!(is_float ? tensor.ints.empty() : tensor.floats.empty()))
      report(where,
             fmt::format("constant of type {} holds data of another type", name_of(tensor.type)));
  }

  void define_input(ValueId id) {
    if (!in_range(id))
      return report("inputs", fmt::format("value {} of {}", id, graph_.values.size()));
    const Value& value = graph_.value(id);
    if (value.constant) report("inputs", fmt::format("value '{}' is a constant", value.name));
    if (!value.constant && defined_[static_cast<size_t>(id)])
      report("inputs", fmt::format("value '{}' is listed twice", value.name));
    defined_[static_cast<size_t>(id)] = true;
  }

  void check_node(const Node& node) {
    const std::string where = fmt::format("node '{}' ({})", node.name, name_of(node.primitive));
    if (!node_names_.insert(node.name).second) report(where, "the name is used twice");
    bool readable = true;
    for (ValueId id : node.inputs) {
      readable = readable && in_range(id);
      if (!in_range(id))
        report(where, fmt::format("reads value {} of {}", id, graph_.values.size()));
      else if (!defined_[static_cast<size_t>(id)])
        report(where, fmt::format("reads '{}' before it is computed", graph_.value(id).name));
    }
    if (!in_range(node.output))
      return report(where, fmt::format("writes value {} of {}", node.output, graph_.values.size()));
    if (defined_[static_cast<size_t>(node.output)])
      report(where,
             fmt::format("writes '{}', which already has a value", graph_.value(node.output).name));
    defined_[static_cast<size_t>(node.output)] = true;
    check_epilogue(node, where);
    if (readable) check_shape(node, where);
  }

  void check_epilogue(const Node& node, const std::string& where) {
    if (node.epilogue.steps.empty()) return;
    if (!std::holds_alternative<Conv>(node.primitive) &&
        !std::holds_alternative<MatMul>(node.primitive))
      report(where, "only Conv and MatMul can have an epilogue");
    const std::string problem = problem_of(node.epilogue, 1);
    if (!problem.empty()) report(where, "epilogue: " + problem);
  }

  void check_shape(const Node& node, const std::string& where) {
    std::vector<Shape> shapes;
    for (ValueId id : node.inputs) shapes.push_back(graph_.value(id).shape);
    const Result<Shape> inferred = infer_shape(node.primitive, shapes);
    if (!inferred) {
      for (const Diagnostic& d : inferred.error())
        findings_.push_back({d.code, where, d.message, d.hint});
      return;
    }
    const Shape& declared = graph_.value(node.output).shape;
    const auto* move = std::get_if<Move>(&node.primitive);
    const bool fits = move != nullptr && move->is_view()
                          ? element_count(declared) == element_count(*inferred)
                          : declared == *inferred;
    if (!fits)
      report(where, fmt::format("'{}' is declared {}, the node gives {}",
                                graph_.value(node.output).name, print(declared), print(*inferred)));
  }

  const Graph& graph_;
  std::vector<bool> defined_;
  std::set<std::string_view> node_names_;
  Diagnostics findings_;
};

}  // namespace

Diagnostics verify(const Graph& graph) { return Verifier(graph).run(); }

}  // namespace tilewright
