// Mapping files and plans: layers by name, each with its RapidDsc. A plan adds what the model says
// of them, so every plan is a mapping file as well.
#include "compiler/mapping/plan.h"

#include <limits>
#include <map>

#include <fmt/format.h>

#include "compiler/mapping/rapid_dsc_tree.h"
#include "compiler/mapping/rapid_dsc_yaml.h"

namespace tilewright {

namespace {

using Need = YamlFields::Need;

constexpr IntegerRange kCount{0, std::numeric_limits<int64_t>::max()};

PlannedLayer read_layer(YamlReader& reader, const YamlNode& node, Need numbers) {
  PlannedLayer layer;
  YamlFields fields(reader, node, "an element of 'layers'");
  fields.string("layer", layer.layer);
  fields.integer("cycles", layer.cycles, kCount, numbers);
  if (const YamlNode* bytes = fields.find("link_bytes", numbers)) {
    YamlFields links(reader, *bytes, "'link_bytes'");
    constexpr size_t kMostLinks = 64;
    if (bytes->keys.size() > kMostLinks) {
      reader.report(*bytes, fmt::format("'link_bytes' must have at most {} entries; it has {}",
                                        kMostLinks, bytes->keys.size()));
    } else {
      for (const YamlNode& link : bytes->keys)
        links.integer(link.text, layer.link_bytes[link.text], kCount);
    }
  }
  if (const YamlNode* mapping = fields.find("mapping"))
    layer.dsc = read_rapid_dsc(reader, *mapping);
  fields.finish();
  return layer;
}

// A plan, or a mapping file, where all but the layers' names and mappings may be missing.
Result<Plan> read_plan(std::string_view yaml, const std::string& where, Need need) {
  const Result<YamlNode> root = parse_yaml(yaml, where);
  if (!root) return fail(root.error());
  YamlReader reader(where);
  Plan plan;
  YamlFields fields(reader, *root, need == Need::Required ? "the plan" : "the mapping file");
  fields.string("model", plan.model, need);
  fields.string("system", plan.system, need);
  fields.string("precision", plan.precision, need);
  std::map<std::string, int32_t> lines;
  const auto layer = [&](const YamlNode& item) {
    plan.layers.push_back(read_layer(reader, item, need));
    const std::string& name = plan.layers.back().layer;
    const auto [first, is_new] = lines.emplace(name, item.line);
    if (!is_new) {
      reader.report(item, fmt::format("layer {} is mapped twice, first at line {}",
                                      yaml_quote(name, 60), first->second));
    }
  };
  fields.list("layers", kMostPlannedLayers, layer);
  fields.finish();
  if (!reader.clean()) return fail(reader.findings());
  return plan;
}

}  // namespace

std::string print_plan(const Plan& plan) {
  std::vector<YamlNode> layers;
  for (const PlannedLayer& layer : plan.layers) {
    YamlNode bytes = yaml_flow(yaml_map());
    for (const auto& [link, count] : layer.link_bytes) yaml_add(bytes, link, yaml_integer(count));
    layers.push_back(yaml_map({{"layer", yaml_string(layer.layer)},
                               {"cycles", yaml_integer(layer.cycles)},
                               {"link_bytes", std::move(bytes)},
                               {"mapping", to_yaml(layer.dsc)}}));
  }
  return print_yaml(yaml_map({{"model", yaml_string(plan.model)},
                              {"system", yaml_string(plan.system)},
                              {"precision", yaml_string(plan.precision)},
                              {"layers", yaml_list(std::move(layers))}}));
}

Result<Plan> parse_plan(std::string_view yaml, const std::string& where) {
  return read_plan(yaml, where, Need::Required);
}

std::string print_mappings(const std::vector<NamedMapping>& mappings) {
  std::vector<YamlNode> layers;
  for (const NamedMapping& mapping : mappings) {
    layers.push_back(
        yaml_map({{"layer", yaml_string(mapping.layer)}, {"mapping", to_yaml(mapping.dsc)}}));
  }
  return print_yaml(yaml_map({{"layers", yaml_list(std::move(layers))}}));
}

Result<std::vector<NamedMapping>> parse_mappings(std::string_view yaml, const std::string& where) {
  Result<Plan> plan = read_plan(yaml, where, Need::Optional);
  if (!plan) return fail(plan.error());
  std::vector<NamedMapping> mappings;
  for (PlannedLayer& layer : plan->layers)
    mappings.push_back({std::move(layer.layer), std::move(layer.dsc)});
  return mappings;
}

}  // namespace tilewright
