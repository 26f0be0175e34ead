// inspect: what is in a model, before any machine is chosen.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compiler/ir/intensity.h"
#include "tools/cli/exit_status.h"
#include "tools/commands/commands.h"
#include "tools/driver/deliver.h"
#include "tools/driver/load.h"
#include "tools/driver/terminal.h"
#include "tools/results/json.h"
#include "tools/results/numbers.h"
#include "tools/results/table.h"

namespace tilewright {

namespace {

using Counts = std::map<std::string, int64_t>;

// Operators of the model: one that became nodes "fc", "fc/a" and "fc/y" counts once.
Counts operators(const Graph& graph) {
  std::set<std::pair<std::string, std::string>> seen;  // name, op
  for (const Node& node : graph.nodes) seen.emplace(node.name, node.op);
  Counts counts;
  for (const auto& [name, op] : seen) {
    const size_t slash = name.rfind('/');
    const bool part = slash != std::string::npos && seen.count({name.substr(0, slash), op}) != 0;
    counts[op] += part ? 0 : 1;
  }
  return counts;
}

Counts primitives(const Graph& graph) {
  Counts counts;
  for (const Node& node : graph.nodes) ++counts[std::string(name_of(node.primitive))];
  return counts;
}

int64_t elements(const Value& value) { return element_count(value.shape).value_or(0); }

// Elements of the constants that nodes read.
int64_t parameters(const Graph& graph) {
  std::vector<bool> used(graph.values.size());
  for (const Node& node : graph.nodes)
    for (ValueId id : node.inputs) used[static_cast<size_t>(id)] = true;
  int64_t sum = 0;
  for (size_t k = 0; k < used.size(); ++k)
    if (used[k] && graph.values[k].constant != nullptr) sum += elements(graph.values[k]);
  return sum;
}

int64_t total_macs(const Graph& graph) {
  int64_t sum = 0;
  for (const Node& node : graph.nodes) sum += mac_count(graph, node);
  return sum;
}

std::string counts_text(const Counts& counts) {
  std::string text;
  for (const auto& [name, count] : counts)
    text += (text.empty() ? "" : ", ") + fmt::format("{} {}", name, count);
  return text + "\n";
}

// "[1,3,224,224]"
std::string shape_text(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

std::string ports(const Graph& graph, const std::vector<ValueId>& ids, const std::string& what) {
  std::string text;
  for (ValueId id : ids) {
    const Value& value = graph.value(id);
    text += fmt::format("{:<11}{} {} {}\n", what, value.name, name_of(value.type),
                        shape_text(value.shape));
  }
  return text;
}

Json ports_json(const Graph& graph, const std::vector<ValueId>& ids) {
  Json list = Json::array();
  for (ValueId id : ids)
    list.push_back({{"name", graph.value(id).name},
                    {"type", name_of(graph.value(id).type)},
                    {"shape", graph.value(id).shape}});
  return list;
}

std::string text_of(const LoadedModel& model, int64_t bytes_per_element) {
  using Align = Table::Align;
  const Graph& graph = model.graph;
  std::string text = fmt::format("{} ({})\n", model.name, model.file);
  text += ports(graph, graph.inputs, "input") + ports(graph, graph.outputs, "output");
  text += "operators  " + counts_text(operators(model.imported));
  text += "primitives " + counts_text(primitives(graph));
  text += fmt::format("MACs       {}\nparameters {}\n\n", grouped(total_macs(graph)),
                      grouped(parameters(model.imported)));
  Table table;
  table.column("node");
  table.column("op");
  table.column("primitive");
  table.column("output");
  for (const char* title : {"MACs", "operations", "bytes", "operations/byte"})
    table.column(title, Align::Right);
  for (const Node& node : graph.nodes) {
    const Intensity i = intensity(graph, node, bytes_per_element);
    table.row({node.name, node.op, std::string(name_of(node.primitive)),
               shape_text(graph.value(node.output).shape), grouped(mac_count(graph, node)),
               grouped(i.ops), grouped(i.bytes), fmt::format("{:.2f}", ops_per_byte(i))});
  }
  return text + table.print() +
         fmt::format("\nbytes: each operand of a node moved once, {} per element\n",
                     bytes_per_element);
}

Json json_of(const LoadedModel& model, int64_t bytes_per_element) {
  const Graph& graph = model.graph;
  Json nodes = Json::array();
  for (const Node& node : graph.nodes) {
    const Intensity i = intensity(graph, node, bytes_per_element);
    nodes.push_back({{"name", node.name},
                     {"op", node.op},
                     {"primitive", name_of(node.primitive)},
                     {"shape", graph.value(node.output).shape},
                     {"macs", mac_count(graph, node)},
                     {"operations", i.ops},
                     {"bytes", i.bytes},
                     {"operations_per_byte", ops_per_byte(i)}});
  }
  return {{"inputs", ports_json(graph, graph.inputs)},
          {"outputs", ports_json(graph, graph.outputs)},
          {"operators", link_bytes_json(operators(model.imported))},
          {"primitives", link_bytes_json(primitives(graph))},
          {"macs", total_macs(graph)},
          {"parameters", parameters(model.imported)},
          {"bytes_per_element", bytes_per_element},
          {"nodes", std::move(nodes)},
          {"unsupported", Json::array()}};
}

// A model with operators that are not built: they are the answer, and the status says so.
int unsupported_model(const InspectOptions& options, const Diagnostics& findings) {
  const int status = exit_status(findings);
  if (status != kUnsupported) return report(findings);
  std::string text = fmt::format("{}: {} unsupported\n", options.model.model, findings.size());
  Json list = Json::array();
  for (const Diagnostic& d : findings) {
    text += "  " + (d.where.empty() ? "" : d.where + ": ") + d.message + "\n";
    list.push_back({{"where", d.where}, {"message", d.message}, {"hint", d.hint}});
  }
  Json document = bare_header("inspect");
  document["model"] = options.model.model;
  document["system"] = nullptr;
  document["inspection"] = {{"unsupported", std::move(list)}};
  report(findings);
  return deliver(OutputSet(), options.report, text, print(document), status);
}

}  // namespace

int run_inspect(const InspectOptions& options) {
  const Result<LoadedModel> model = load_model(options.model);
  if (!model) return unsupported_model(options, model.error());
  Json document = bare_header("inspect");
  document["model"] = model->name;
  document["system"] = nullptr;
  document["inputs"] = {{"model", {{"file", model->file}, {"hash", model->hash}}}};
  document["inspection"] = json_of(*model, options.bytes_per_element);
  return deliver(OutputSet(), options.report, text_of(*model, options.bytes_per_element),
                 print(document), kDone);
}

}  // namespace tilewright
