#include "compiler/import/import.h"

#include <algorithm>

#include "compiler/import/builder.h"
#include "compiler/import/inputs.h"
#include "compiler/import/operators.h"
#include "compiler/import/parse.h"
#include "compiler/import/structure.h"
#include "compiler/support/check.h"

namespace tilewright {

namespace {

bool is_default_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

std::set<std::string> tensor_names(const onnx::GraphProto& graph) {
  std::set<std::string> names;
  for (const auto& input : graph.input()) names.insert(input.name());
  for (const auto& initializer : graph.initializer()) names.insert(initializer.name());
  for (const auto& node : graph.node()) names.insert(node.output().begin(), node.output().end());
  return names;
}

// Lowers the nodes of one model in order.
class Importer {
 public:
  Importer(const onnx::GraphProto& graph, const ModelStructure& structure, const std::string& where,
           const ImportOptions& options, Findings& findings)
      : model_(graph),
        structure_(structure),
        where_(where),
        options_(options),
        findings_(findings),
        builder_(where, tensor_names(graph)) {
    builder_.reserve_node_names(structure.node_names);
    for (const auto& output : graph.output()) outputs_.insert(output.name());
  }

  void run() {
    builder_.graph().name = model_.name();
    add_initializers();
    add_bindings();
    for (const InputShape& input : read_inputs(model_, stored_, where_, options_, findings_)) {
      define(input.name, builder_.add_value(input.name, input.type, input.shape));
      builder_.graph().inputs.push_back(builder_.find(input.name)->id);
    }
    report_unknown_operators();
    for (int index : structure_.order) lower(index);
  }

  Graph finish() {
    for (const auto& output : model_.output()) {
      const Ref operand = builder_.find(output.name());
      TW_CHECK(operand != nullptr, "output '{}' has no value", output.name());
      builder_.graph().outputs.push_back(builder_.value_of(operand));
    }
    Graph graph = builder_.finish();
    const Diagnostics problems = verify(graph);
    TW_CHECK(problems.empty(), "{}: the imported graph is unsound:\n{}", where_,
             to_string(problems));
    return graph;
  }

  void check_outputs() {
    for (const auto& output : model_.output()) {
      const Ref operand = builder_.find(output.name());
      if (operand == nullptr) continue;
      const std::string place = fmt::format("{}: output {}", where_, quoted(output.name()));
      if (operand->type != ElementType::Float32)
        findings_.unsupported(place, fmt::format("the output is {}; only floating-point values are "
                                                 "computed at run time",
                                                 name_of(operand->type)));
      if (element_count(operand->shape) == 0)
        findings_.unsupported(place,
                              fmt::format("the output {} has no elements", print(operand->shape)));
    }
  }

 private:
  void define(const std::string& name, Ref operand) {
    const auto uses = structure_.uses.find(name);
    operand->uses = uses == structure_.uses.end() ? 0 : uses->second;
    operand->named_by_model = true;
    builder_.define(name, operand);
  }

  void add_initializers() {
    for (const auto& initializer : model_.initializer()) {
      stored_.insert(initializer.name());
      try {
        define(initializer.name(), builder_.add_stored(initializer.name(), initializer,
                                                       fmt::format("{}: initializer {}", where_,
                                                                   quoted(initializer.name()))));
      } catch (const ImportError& error) {
        findings_.add(error.finding);
      }
    }
  }

  void add_bindings() {
    for (const BoundInput& bound : read_bindings(model_, stored_, where_, options_, findings_)) {
      NodeOperand operand;
      operand.name = bound.name;
      operand.type = bound.tensor->type;
      operand.shape = bound.tensor->shape;
      operand.data = std::make_shared<Tensor>(*bound.tensor);
      define(bound.name, builder_.add_operand(std::move(operand)));
    }
  }

  const Operator* operator_of(const onnx::NodeProto& node) const {
    return is_default_domain(node.domain()) ? find_operator(node.op_type()) : nullptr;
  }

  // One finding for all of them: "LSTM (2 nodes: 'a', 'b'), If (1 node: 'c')".
  void report_unknown_operators() {
    std::map<std::string, std::vector<std::string>> unknown;
    size_t count = 0;
    for (int index : structure_.order) {
      const onnx::NodeProto& node = model_.node(index);
      if (operator_of(node) != nullptr) continue;
      const std::string domain = is_default_domain(node.domain()) ? "" : node.domain() + ".";
      unknown[printable(domain + node.op_type())].push_back(
          structure_.node_names[static_cast<size_t>(index)]);
      ++count;
    }
    if (count == 0) return;
    std::string list;
    for (const auto& [op, nodes] : unknown)
      list +=
          fmt::format("{}{} ({})", list.empty() ? "" : ", ", op, quoted_list(nodes, nodes.size()));
    findings_.unsupported(where_, fmt::format("{} {} not supported: {}", count,
                                              count == 1 ? "node has an operator that is"
                                                         : "nodes have operators that are",
                                              list));
  }

  // Outputs of a node that fails stay undefined, and the nodes that read them are passed over.
  void lower(int index) {
    const onnx::NodeProto& node = model_.node(index);
    const Operator* op = operator_of(node);
    if (op == nullptr) return;
    for (const auto& input : node.input())
      if (!input.empty() && builder_.find(input) == nullptr) return;
    const auto at = static_cast<size_t>(index);
    NodeContext context(builder_,
                        {&node, structure_.node_names[at], structure_.places[at], structure_.opset},
                        outputs_, structure_.uses);
    try {
      check_counts(context, *op, node);
      op->lower(context);
      context.check_all_attributes_known();
    } catch (const ImportError& error) {
      findings_.add(error.finding);
      for (const auto& output : node.output())
        if (!output.empty()) builder_.define(output, nullptr);
    }
  }

  static void check_counts(const NodeContext& context, const Operator& op,
                           const onnx::NodeProto& node) {
    const auto inputs = static_cast<int>(context.input_count());
    if (inputs < op.least_inputs || (op.most_inputs >= 0 && inputs > op.most_inputs)) {
      std::string wanted = std::to_string(op.least_inputs);
      if (op.most_inputs < 0) wanted += " or more";
      if (op.most_inputs > op.least_inputs) wanted += fmt::format(" to {}", op.most_inputs);
      context.bad(fmt::format("the node has {} inputs, {} takes {}", inputs, op.name, wanted));
    }
    for (int i = 0; i < inputs; ++i)
      if (i < op.least_inputs && node.input(i).empty())
        context.bad(fmt::format("input {} is missing", i));
    if (op.most_outputs >= 0 && node.output_size() > op.most_outputs)
      context.bad(fmt::format("the node has {} outputs, {} gives at most {}", node.output_size(),
                              op.name, op.most_outputs));
  }

  const onnx::GraphProto& model_;
  const ModelStructure& structure_;
  const std::string& where_;
  const ImportOptions& options_;
  Findings& findings_;
  Builder builder_;
  std::set<std::string> stored_, outputs_;
};

Result<Graph> import_parsed(const onnx::ModelProto& model, const std::string& where,
                            const ImportOptions& options) {
  Findings findings;
  const auto structure = check_structure(model, where, findings);
  if (!structure) return fail(findings.take());
  Importer importer(model.graph(), *structure, where, options, findings);
  importer.run();
  importer.check_outputs();
  if (!findings.empty()) return fail(findings.take());
  return importer.finish();
}

}  // namespace

Result<Graph> import_bytes(std::string_view bytes, const std::string& where,
                           const ImportOptions& options) {
  const Result<onnx::ModelProto> model = parse_model(bytes, where);
  if (!model) return fail(model.error());
  return import_parsed(*model, where, options);
}

Result<Graph> import_model(const std::string& path, const ImportOptions& options) {
  Result<FileBytes> bytes = read_model_file(path);
  if (!bytes) return fail(bytes.error());
  const Result<onnx::ModelProto> model = parse_model(bytes->view(), path);
  *bytes = FileBytes();  // the message holds its own copy
  if (!model) return fail(model.error());
  return import_parsed(*model, path, options);
}

}  // namespace tilewright
