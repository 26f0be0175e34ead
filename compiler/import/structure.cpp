#include "compiler/import/structure.h"

#include <algorithm>
#include <queue>
#include <set>

namespace tilewright {

namespace {

bool is_default_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

class StructureCheck {
 public:
  StructureCheck(const onnx::ModelProto& model, const std::string& where, Findings& findings)
      : model_(model), graph_(model.graph()), where_(where), findings_(findings) {}

  std::optional<ModelStructure> run() {
    check_opset();
    name_nodes();
    if (graph_.node_size() == 0) bad(where_, "the graph has no nodes");
    if (graph_.output_size() == 0) bad(where_, "the graph has no outputs");
    if (graph_.sparse_initializer_size() > 0)
      findings_.unsupported(where_, "sparse initializers are not supported");
    check_names();
    define_tensors();
    check_uses();
    if (!sound_) return std::nullopt;
    find_live_nodes();
    if (!sort_nodes()) return std::nullopt;
    count_uses();
    return std::move(result_);
  }

 private:
  void bad(const std::string& where, std::string message, std::string hint = "") {
    findings_.bad(where, std::move(message), std::move(hint));
    sound_ = false;
  }

  void check_opset() {
    std::optional<int64_t> found;
    for (const auto& import : model_.opset_import()) {
      if (!is_default_domain(import.domain())) continue;
      if (found && *found != import.version())
        bad(where_, fmt::format("opset {} and opset {} are both imported for the default domain",
                                *found, import.version()));
      found = import.version();
    }
    const bool needed =
        std::any_of(graph_.node().begin(), graph_.node().end(),
                    [](const onnx::NodeProto& node) { return is_default_domain(node.domain()); });
    if (!found && needed) {
      bad(where_, "no opset is imported for the default domain",
          "the model must have an opset_import with domain '' and a version");
    } else if (found && *found < 1) {
      bad(where_, fmt::format("opset {} does not exist", *found));
    } else if (found && *found > kNewestOpset) {
      findings_.unsupported(
          where_, fmt::format("opset {} is newer than {}, the newest known", *found, kNewestOpset));
    }
    result_.opset = found.value_or(0);
  }

  std::string place_of(int index) const {
    const onnx::NodeProto& node = graph_.node(index);
    const std::string op = node.op_type().empty() ? "no operator" : printable(node.op_type());
    if (!node.name().empty())
      return fmt::format("{}: node {} ({})", where_, quoted(node.name()), op);
    const std::string output = node.output_size() > 0 ? node.output(0) : "";
    return fmt::format("{}: node #{} ({}) of output {}", where_, index, op, quoted(output));
  }

  // The node's own name when it has one of its own, else "Conv_3", with "_2" when that is taken.
  void name_nodes() {
    std::map<std::string, int> count;
    for (const auto& node : graph_.node()) ++count[node.name()];
    std::set<std::string> taken;
    for (const auto& [name, times] : count)
      if (!name.empty() && times == 1) taken.insert(name);
    for (int i = 0; i < graph_.node_size(); ++i) {
      const onnx::NodeProto& node = graph_.node(i);
      std::string name = node.name();
      if (name.empty() || count[name] > 1) {
        const std::string base = fmt::format("{}_{}", node.op_type(), i);
        name = base;
        for (int k = 2; !taken.insert(name).second; ++k) name = fmt::format("{}_{}", base, k);
      }
      result_.node_names.push_back(name);
      result_.places.push_back(place_of(i));
    }
  }

  void check_name(const std::string& where, const std::string& name) {
    if (!is_utf8(name)) bad(where, fmt::format("the name {} is not UTF-8", quoted(name)));
  }

  void check_names() {
    check_name(where_, graph_.name());
    for (int i = 0; i < graph_.node_size(); ++i) {
      const onnx::NodeProto& node = graph_.node(i);
      const std::string& where = result_.places[static_cast<size_t>(i)];
      if (node.op_type().empty()) bad(where, "the node has no operator");
      check_name(where, node.name());
      check_name(where, node.op_type());
      check_name(where, node.domain());
      for (const auto& name : node.input()) check_name(where, name);
      for (const auto& name : node.output()) check_name(where, name);
      std::set<std::string> attributes;
      for (const auto& attribute : node.attribute())
        if (!attributes.insert(attribute.name()).second)
          bad(where, fmt::format("attribute {} is given twice", quoted(attribute.name())));
    }
  }

  void define_tensors() {
    std::set<std::string> given;
    for (const auto& input : graph_.input()) {
      check_name(where_, input.name());
      if (input.name().empty())
        bad(where_, "an input of the graph has no name");
      else if (!given.insert(input.name()).second)
        bad(where_, fmt::format("input {} is declared twice", quoted(input.name())));
    }
    std::set<std::string> stored;
    for (const auto& initializer : graph_.initializer()) {
      check_name(where_, initializer.name());
      if (initializer.name().empty())
        bad(where_, "an initializer has no name");
      else if (!stored.insert(initializer.name()).second)
        bad(where_, fmt::format("initializer {} is given twice", quoted(initializer.name())));
    }
    for (int i = 0; i < graph_.node_size(); ++i) {
      const onnx::NodeProto& node = graph_.node(i);
      const std::string& where = result_.places[static_cast<size_t>(i)];
      if (std::all_of(node.output().begin(), node.output().end(),
                      [](const std::string& name) { return name.empty(); }))
        bad(where, "the node has no outputs");
      for (const auto& name : node.output()) {
        if (name.empty()) continue;
        if (given.count(name) > 0 || stored.count(name) > 0)
          bad(where,
              fmt::format("output {} is already {}", quoted(name),
                          given.count(name) > 0 ? "an input of the graph" : "an initializer"));
        else if (!producer_.emplace(name, i).second)
          bad(where, fmt::format("output {} is already computed by {}", quoted(name),
                                 result_.places[static_cast<size_t>(producer_[name])].substr(
                                     where_.size() + 2)));
      }
    }
    given_.merge(given);
    given_.merge(stored);
  }

  bool is_defined(const std::string& name) const {
    return given_.count(name) > 0 || producer_.count(name) > 0;
  }

  void check_uses() {
    for (int i = 0; i < graph_.node_size(); ++i)
      for (const auto& name : graph_.node(i).input())
        if (!name.empty() && !is_defined(name))
          bad(result_.places[static_cast<size_t>(i)],
              fmt::format("reads {}, which is no input, initializer or output of a node",
                          quoted(name)));
    std::set<std::string> outputs;
    for (const auto& output : graph_.output()) {
      if (!is_defined(output.name()))
        bad(where_, fmt::format("graph output {} is never computed", quoted(output.name())));
      if (!outputs.insert(output.name()).second)
        bad(where_, fmt::format("graph output {} is listed twice", quoted(output.name())));
    }
  }

  void find_live_nodes() {
    live_.assign(static_cast<size_t>(graph_.node_size()), false);
    std::vector<int> open;
    const auto reach = [&](const std::string& name) {
      const auto found = producer_.find(name);
      if (found == producer_.end() || live_[static_cast<size_t>(found->second)]) return;
      live_[static_cast<size_t>(found->second)] = true;
      open.push_back(found->second);
    };
    for (const auto& output : graph_.output()) reach(output.name());
    while (!open.empty()) {
      const int node = open.back();
      open.pop_back();
      for (const auto& name : graph_.node(node).input()) reach(name);
    }
  }

  // Producers before consumers, otherwise the model's order; all nodes, so that a cycle among nodes
  // that nobody needs is found as well.
  bool sort_nodes() {
    const int count = graph_.node_size();
    std::vector<int> waiting(static_cast<size_t>(count), 0);
    std::vector<std::vector<int>> readers(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i)
      for (const auto& name : graph_.node(i).input())
        if (const auto found = producer_.find(name); found != producer_.end()) {
          ++waiting[static_cast<size_t>(i)];
          readers[static_cast<size_t>(found->second)].push_back(i);
        }
    std::priority_queue<int, std::vector<int>, std::greater<>> ready;
    for (int i = 0; i < count; ++i)
      if (waiting[static_cast<size_t>(i)] == 0) ready.push(i);
    int sorted = 0;
    for (; !ready.empty(); ++sorted) {
      const int node = ready.top();
      ready.pop();
      if (live_[static_cast<size_t>(node)]) result_.order.push_back(node);
      for (int reader : readers[static_cast<size_t>(node)])
        if (--waiting[static_cast<size_t>(reader)] == 0) ready.push(reader);
    }
    if (sorted < count) report_cycle(waiting);
    return sorted == count;
  }

  // Nodes that still wait have a producer that waits: walking back must meet itself.
  void report_cycle(const std::vector<int>& waiting) {
    int node = 0;
    while (waiting[static_cast<size_t>(node)] == 0) ++node;
    std::vector<int> walk;
    std::vector<bool> seen(waiting.size(), false);
    while (!seen[static_cast<size_t>(node)]) {
      seen[static_cast<size_t>(node)] = true;
      walk.push_back(node);
      for (const auto& name : graph_.node(node).input()) {
        const auto found = producer_.find(name);
        if (found == producer_.end() || waiting[static_cast<size_t>(found->second)] == 0) continue;
        node = found->second;
        break;
      }
    }
    walk.erase(walk.begin(), std::find(walk.begin(), walk.end(), node));
    std::reverse(walk.begin(), walk.end());
    std::rotate(walk.begin(), std::min_element(walk.begin(), walk.end()), walk.end());
    std::vector<std::string> names;
    for (int step : walk) names.push_back(result_.node_names[static_cast<size_t>(step)]);
    bad(where_, fmt::format("the nodes {} form a cycle: each waits for another one's output",
                            quoted_list(names)));
  }

  void count_uses() {
    for (int i : result_.order)
      for (const auto& name : graph_.node(i).input()) ++result_.uses[name];
    for (const auto& output : graph_.output()) ++result_.uses[output.name()];
  }

  const onnx::ModelProto& model_;
  const onnx::GraphProto& graph_;
  const std::string& where_;
  Findings& findings_;
  bool sound_ = true;
  ModelStructure result_;
  std::map<std::string, int> producer_;
  std::set<std::string> given_;  // inputs and initializers
  std::vector<bool> live_;
};

}  // namespace

std::optional<ModelStructure> check_structure(const onnx::ModelProto& model,
                                              const std::string& where, Findings& findings) {
  return StructureCheck(model, where, findings).run();
}

}  // namespace tilewright
