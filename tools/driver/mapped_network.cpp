#include "tools/driver/mapped_network.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/mapping/rejection.h"
#include "compiler/support/near_miss.h"

namespace tilewright {

int64_t MappedNetwork::cycles() const { return cost().cycles; }

int64_t MappedNetwork::macs() const {
  int64_t sum = 0;
  for (const MappedLayer& layer : layers) sum += layer.work.macs();
  return sum;
}

Energy MappedNetwork::energy() const {
  Energy sum;
  for (const MappedLayer& layer : layers) sum.add(layer.energy);
  return sum;
}

Cost MappedNetwork::cost() const {
  Cost sum;
  for (const MappedLayer& layer : layers) sum.add(layer.price.cost);
  return sum;
}

MappedLayer price_layer(const Work& work, const Target& target, const RapidDsc& dsc,
                        TimingModel timing) {
  MappedLayer layer;
  layer.work = work;
  layer.dsc = dsc;
  const auto price_by = timing == TimingModel::Waveform ? price : price_max_of_levels;
  layer.price = price_by(work, target.system, target.info, dsc);
  layer.lower_bound_cycles = lower_bound_cycles(work, target.system, target.info);
  layer.link_bytes = link_bytes(work, target.system, target.info, dsc);
  layer.energy = energy(work, target.system, target.info, dsc, layer.cycles());
  const double cycles = static_cast<double>(std::max<int64_t>(layer.cycles(), 1));
  layer.search.proven_optimal = layer.cycles() == layer.lower_bound_cycles;
  layer.search.gap = (cycles - static_cast<double>(layer.lower_bound_cycles)) / cycles;
  return layer;
}

Result<MappedNetwork> price_mappings(const std::vector<Work>& works, const Target& target,
                                     const std::vector<NamedMapping>& mappings,
                                     const std::string& where, TimingModel timing) {
  std::map<std::string, const RapidDsc*> by_name;
  for (const NamedMapping& m : mappings) by_name[m.layer] = &m.dsc;
  Diagnostics findings;
  MappedNetwork network;
  std::vector<std::string> names;
  for (const Work& work : works) {
    names.push_back(work.name);
    const auto found = by_name.find(work.name);
    if (found == by_name.end()) continue;
    const RapidDsc& dsc = *found->second;
    const std::string place = fmt::format("{}: layer '{}' ({})", where, work.name, work.op);
    const auto illegal = rejections(work, target.system, target.info, dsc);
    for (const Rejection& r : illegal)
      findings.push_back({ErrorCode::BadInput, place, to_string(r), ""});
    if (illegal.empty()) network.layers.push_back(price_layer(work, target, dsc, timing));
    by_name.erase(found);
  }
  for (const auto& [name, dsc] : by_name)
    findings.push_back({ErrorCode::BadInput, where,
                        fmt::format("the model has no layer '{}'", name),
                        near_miss_hint(name, names)});
  if (!findings.empty()) return fail(std::move(findings));
  return network;
}

TimingModel timing_model_of(const SearchFlags& flags) {
  return flags.timing_model == "max-of-levels" ? TimingModel::MaxOfLevels : TimingModel::Waveform;
}

Objective objective_of(const SearchFlags& flags, const Target& target) {
  return {goal_named(flags.objective).value(), target.system.energy.leakage};
}

Measure value(const MappedLayer& layer, const Objective& objective) {
  return objective.of(layer.cycles(), layer.energy);
}

Plan plan_of(const LoadedModel& model, const Target& target, const MappedNetwork& network) {
  Plan plan{model.name, target.system.name, target.precision, {}};
  for (const MappedLayer& layer : network.layers)
    plan.layers.push_back({layer.work.name, layer.dsc, layer.cycles(), layer.link_bytes});
  return plan;
}

std::vector<Plan> plans_of(const LoadedModel& model, const Target& target,
                           const MappedNetwork& network) {
  std::vector<Plan> plans = {plan_of(model, target, network)};
  for (const MappedLayer& layer : network.layers)
    for (size_t k = 0; k < layer.others.size(); ++k) {
      if (plans.size() < k + 2)
        plans.push_back({model.name, plans[0].system, target.precision, {}});
      const MappedLayer& other = layer.others[k];
      plans[k + 1].layers.push_back({other.work.name, other.dsc, other.cycles(), other.link_bytes});
    }
  return plans;
}

Diagnostics not_in_this_version(const SearchFlags& flags) {
  Diagnostics findings;
  auto missing = [&](const std::string& option, const std::string& hint) {
    findings.push_back({ErrorCode::Unsupported, option, "not in this version", hint});
  };
  if (!goal_named(flags.objective))
    missing("--objective " + flags.objective, "this version has latency, energy and edp");
  if (flags.minibatch != 0)
    missing("--minibatch", "the model's own batch is used; --dim or --shape sets a free one");
  if (flags.training) missing("--training", "this version maps inference");
  return findings;
}

double utilization(int64_t macs, int64_t cycles, const Target& target) {
  const Rational at_once =
      target.info.macs_per_cycle(target.system.chip.cores * target.system.macs_per_core());
  const double peak = static_cast<double>(at_once.num) / static_cast<double>(at_once.den);
  return cycles == 0 ? 0 : static_cast<double>(macs) / (static_cast<double>(cycles) * peak);
}

}  // namespace tilewright
