// Systems to YAML.
#include "compiler/arch/system_yaml.h"
#include "compiler/support/yaml.h"
#include "compiler/support/yaml_reader.h"

namespace tilewright {

namespace {

YamlNode link_node(const Link& link) {
  return yaml_flow(yaml_map({{"bytes_per_cycle", yaml_rational(link.bytes_per_cycle)},
                             {"latency_cycles", yaml_integer(link.latency_cycles)}}));
}

YamlNode dims_node(const std::vector<std::string>& dims) {
  std::vector<YamlNode> items;
  for (const std::string& dim : dims) items.push_back(yaml_string(dim));
  return yaml_flow(yaml_list(std::move(items)));
}

YamlNode torus_node(const TorusTier& torus) {
  YamlNode node = yaml_map({{"x", yaml_integer(torus.x)}, {"y", yaml_integer(torus.y)}});
  if (torus.x > 1 || torus.x_link != Link{}) yaml_add(node, "x_link", link_node(torus.x_link));
  if (torus.y > 1 || torus.y_link != Link{}) yaml_add(node, "y_link", link_node(torus.y_link));
  return node;
}

YamlNode chip_node(const ChipTier& chip) {
  YamlNode node = yaml_map({{"cores", yaml_integer(chip.cores)}});
  if (chip.cores > 1 || chip.ring != Link{}) yaml_add(node, "ring", link_node(chip.ring));
  if (!chip.memory_stops.empty()) {
    std::vector<YamlNode> stops;
    for (const int64_t stop : chip.memory_stops) stops.push_back(yaml_integer(stop));
    yaml_add(node, "memory_stops", yaml_flow(yaml_list(std::move(stops))));
  }
  YamlNode external = yaml_map({{"bytes", yaml_integer(chip.external_bytes)},
                                {"bytes_per_cycle", yaml_rational(chip.external.bytes_per_cycle)},
                                {"efficiency", yaml_rational(chip.external_efficiency)},
                                {"latency_cycles", yaml_integer(chip.external.latency_cycles)}});
  if (chip.external_granule_bytes != 1)
    yaml_add(external, "granule_bytes", yaml_integer(chip.external_granule_bytes));
  if (chip.turnaround_cycles != 0)
    yaml_add(external, "turnaround_cycles", yaml_integer(chip.turnaround_cycles));
  yaml_add(node, "external", std::move(external));
  yaml_add(node, "layer_cycles", yaml_integer(chip.layer_cycles));
  return node;
}

// "0.37" of 370 femtojoules.
YamlNode picojoules(int64_t femtojoules) { return yaml_rational(Rational::of(femtojoules, 1000)); }

YamlNode energy_node(const EnergyTable& energy) {
  return yaml_map({{"lrf_pj_per_byte", picojoules(energy.lrf)},
                   {"l0_pj_per_byte", picojoules(energy.l0)},
                   {"accumulator_pj_per_byte", picojoules(energy.accumulator)},
                   {"lx_pj_per_byte", picojoules(energy.lx)},
                   {"external_pj_per_byte", picojoules(energy.external)},
                   {"ring_pj_per_byte", picojoules(energy.ring)},
                   {"sfu_pj_per_function", picojoules(energy.sfu)},
                   {"leakage_pj_per_cycle", picojoules(energy.leakage)}});
}

YamlNode precision_node(const PrecisionInfo& info) {
  YamlNode node = yaml_map({{"bytes", yaml_rational(Rational::of(info.bits, 8))},
                            {"mac_cycles", yaml_rational(info.mac_cycles)}});
  if (info.mac_energy != 0) yaml_add(node, "mac_pj", picojoules(info.mac_energy));
  return yaml_flow(std::move(node));
}

YamlNode core_node(const System& system) {
  const CoreTier& core = system.core;
  return yaml_map({{"corelets", yaml_integer(core.corelets)},
                   {"corelet_dims", dims_node(system.array.corelet_dims)},
                   {"lx_bytes", yaml_integer(core.lx_bytes)},
                   {"array_in", link_node(core.array_in)},
                   {"array_out", link_node(core.array_out)},
                   {"sfu", yaml_map({{"lanes", yaml_integer(core.sfu.lanes)},
                                     {"simple_cycles", yaml_integer(core.sfu.simple_cycles)},
                                     {"special_cycles", yaml_integer(core.sfu.special_cycles)},
                                     {"latency_cycles", yaml_integer(core.sfu.latency_cycles)}})},
                   {"semaphore_cycles", yaml_integer(core.semaphore_cycles)}});
}

YamlNode pe_node(const ArrayTier& array) {
  YamlNode node = yaml_map({{"lanes", yaml_integer(array.lanes)},
                            {"lane_dims", dims_node(array.lane_dims)},
                            {"lrf_bytes", yaml_integer(array.lrf_bytes)}});
  if (array.lrf_load_cycles != 0)
    yaml_add(node, "lrf_load_cycles", yaml_integer(array.lrf_load_cycles));
  if (array.sums_in_lrf) yaml_add(node, "sums_in_lrf", yaml_boolean(true));
  yaml_add(node, "accumulators", yaml_integer(array.accumulators));
  return node;
}

}  // namespace

std::string print_system(const System& system) {
  const ArrayTier& array = system.array;
  YamlNode root =
      yaml_map({{"name", yaml_string(system.name)}, {"clock_hz", yaml_integer(system.clock_hz)}});
  if (system.torus != TorusTier{}) yaml_add(root, "torus", torus_node(system.torus));
  yaml_add(root, "chip", chip_node(system.chip));
  yaml_add(root, "core", core_node(system));
  yaml_add(root, "array",
           yaml_map({{"rows", yaml_integer(array.rows)},
                     {"row_dims", dims_node(array.row_dims)},
                     {"columns", yaml_integer(array.columns)},
                     {"column_dims", dims_node(array.column_dims)},
                     {"l0_bytes", yaml_integer(array.l0_bytes)},
                     {"fill_cycles", yaml_integer(array.fill_cycles)}}));
  yaml_add(root, "pe", pe_node(array));
  YamlNode precisions = yaml_map();
  for (const auto& [name, info] : system.precisions)
    yaml_add(precisions, name, precision_node(info));
  yaml_add(root, "precisions", std::move(precisions));
  yaml_add(root, "default_precision", yaml_string(system.default_precision));
  if (system.energy != EnergyTable{}) yaml_add(root, "energy", energy_node(system.energy));
  return print_yaml(root);
}

}  // namespace tilewright
