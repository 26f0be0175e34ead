#include "tools/results/json.h"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "compiler/mapping/rapid_dsc_tree.h"
#include "tools/cli/version.h"
#include "tools/results/measure.h"

namespace tilewright {

namespace {

Json scalar_json(const YamlNode& node) {
  int64_t value = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  if (!node.quoted && error == std::errc() && stop == end) return value;
  if (!node.quoted && (node.text == "true" || node.text == "false")) return node.text == "true";
  return node.text;
}

Json yaml_json(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::Null:
      return nullptr;
    case YamlNode::Kind::Scalar:
      return scalar_json(node);
    case YamlNode::Kind::Sequence: {
      Json list = Json::array();
      for (const YamlNode& item : node.items) list.push_back(yaml_json(item));
      return list;
    }
    case YamlNode::Kind::Map: {
      Json map = Json::object();
      for (size_t k = 0; k < node.items.size(); ++k)
        map[node.keys[k].text] = yaml_json(node.items[k]);
      return map;
    }
  }
  return nullptr;
}

Json search_json(const LayerSearch& search) {
  Json pruned = Json::object();
  for (const auto& [rule, count] : search.pruned) pruned[rule] = count;
  return {{"space", search.space},
          {"evaluated", search.evaluated},
          {"pruned", std::move(pruned)},
          {"from_outside", search.from_outside},
          {"within_constraints", search.within_constraints},
          {"bound_cycles", search.bound_cycles ? Json(*search.bound_cycles) : Json()},
          {"gap", search.proven_optimal ? Json(0) : Json(search.gap)}};
}

Json edp_json(const Target& target, const Amount& amount) {
  if (!has_energy(target.system, target.info)) return nullptr;
  return joule_seconds(amount, target.system.clock_hz);
}

// Of several mappings those after the best one.
Json others_json(const Target& target, const MappedLayer& layer) {
  Json others = Json::array();
  for (const MappedLayer& other : layer.others)
    others.push_back({{"rank", others.size() + 2},
                      {"cycles", other.cycles()},
                      {"link_bytes", link_bytes_json(other.link_bytes)},
                      {"energy_pj", energy_json(target, other.energy.total())},
                      {"rapid_dsc", rapid_dsc_json(other.dsc)}});
  return others;
}

Json layer_json(const Target& target, const MappedLayer& layer) {
  Json document = {{"name", layer.work.name},
                   {"op", layer.work.op},
                   {"primitive", layer.work.primitive},
                   {"phase", "fwd"},
                   {"cycles", layer.cycles()},
                   {"lower_bound_cycles", layer.lower_bound_cycles},
                   {"proven_optimal", layer.search.proven_optimal},
                   {"bottleneck", name_of(layer.price.bottleneck)},
                   {"parallelism", nullptr},  // one chip
                   {"macs", layer.work.macs()},
                   {"link_bytes", link_bytes_json(layer.link_bytes)},
                   {"energy_pj", energy_json(target, layer.energy.total())},
                   {"edp_js", edp_json(target, amount_of(layer))},
                   {"breakdown", breakdown_json(layer.price.cost)},
                   {"energy_breakdown_pj", energy_breakdown_json(target, layer.energy)},
                   {"rapid_dsc", rapid_dsc_json(layer.dsc)},
                   {"search", search_json(layer.search)}};
  if (!layer.others.empty()) document["others"] = others_json(target, layer);
  return document;
}

void add_input(Json& document, const std::string& what, const std::string& file,
               const std::string& hash) {
  document["inputs"][what] = {{"file", file}, {"hash", hash}};
}

}  // namespace

Json bare_header(const std::string& command) {
  return {{"schema", kResultSchema},
          {"tool", {{"name", "tilewright"}, {"version", tool_version()}, {"command", command}}}};
}

Json result_header(const std::string& command, const LoadedModel& model, const Target& target,
                   const std::string& objective) {
  Json document = bare_header(command);
  document["model"] = model.name;
  document["system"] = target.system.name;
  document["objective"] = objective;
  document["options"] = {{"precision", target.precision}};
  document["priced_only"] = priced_only(target);
  document["inputs"] = {{"model", {{"file", model.file}, {"hash", model.hash}}},
                        {"system", {{"hash", target.hash}}}};
  return document;
}

void add_inputs(Json& document, const Job& job) {
  if (job.constraints)
    add_input(document, "constraints", job.constraints->name, job.constraints->hash);
  if (job.seeds) add_input(document, "seed_mapping", job.seeds->name, job.seeds->hash);
}

void add_network(Json& document, const Target& target, const MappedNetwork& network,
                 const ReportOptions& report) {
  document["totals"] = totals_json(target, network);
  Json layers = Json::array();
  for (const MappedLayer& layer : network.layers) layers.push_back(layer_json(target, layer));
  document["layers"] = std::move(layers);
  if (report.timing) document["search"] = {{"cpu_seconds", network.cpu_seconds}};
}

Json breakdown_json(const Cost& cost) {
  Json classes = Json::object();
  for (int k = 0; k < kCostClasses; ++k) {
    const auto c = static_cast<CostClass>(k);
    classes[std::string(name_of(c))] = cost[c];
  }
  return classes;
}

Json totals_json(const Target& target, const MappedNetwork& network) {
  const Cost cost = network.cost();
  return {
      {"cycles", cost.cycles},
      {"seconds", static_cast<double>(cost.cycles) / static_cast<double>(target.system.clock_hz)},
      {"macs", network.macs()},
      {"utilization", utilization(network.macs(), cost.cycles, target)},
      {"energy_pj", energy_json(target, network.energy_femtojoules())},
      {"edp_js", edp_json(target, amount_of(network))},
      {"breakdown", breakdown_json(cost)},
      {"energy_breakdown_pj", energy_breakdown_json(target, network.energy())}};
}

Json energy_json(const Target& target, int64_t femtojoules) {
  if (!has_energy(target.system, target.info)) return nullptr;
  return static_cast<double>(femtojoules) / 1000;
}

Json energy_breakdown_json(const Target& target, const Energy& energy) {
  if (!has_energy(target.system, target.info)) return nullptr;
  Json parts = Json::object();
  for (const auto& [name, femtojoules] : energy.parts())
    parts[std::string(name)] = energy_json(target, femtojoules);
  return parts;
}

Json rapid_dsc_json(const RapidDsc& dsc) { return yaml_json(to_yaml(dsc)); }

Json link_bytes_json(const std::map<std::string, int64_t>& bytes) {
  Json map = Json::object();
  for (const auto& [link, count] : bytes) map[link] = count;
  return map;
}

std::string print(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tilewright
