#include "tools/results/front_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compiler/mapping/loop_nest.h"
#include "tools/results/mapping_words.h"
#include "tools/results/measure.h"
#include "tools/results/numbers.h"
#include "tools/results/table.h"

namespace tilewright {

namespace {

std::string criteria_words(CriterionSet criteria) {
  std::string words;
  for (Criterion c : kCriteria)
    if (criteria.has(c)) words += (words.empty() ? "" : ", ") + std::string(name_of(c));
  return words;
}

}  // namespace

std::string print_fronts(const LoadedModel& model, const Target& target,
                         const NetworkFronts& fronts) {
  using Align = Table::Align;
  const bool energy = has_energy(target.system, target.info);
  Table table;
  table.column("layer");
  table.column("cycles", Align::Right);
  if (energy) table.column("energy", Align::Right);
  table.column("scratchpad", Align::Right);
  table.column("mapping");
  size_t complete = 0;
  for (const LayerFront& layer : fronts.layers) {
    complete += layer.front.complete ? 1 : 0;
    for (const ParetoPoint& point : layer.front.points) {
      const LoopNest nest = lower(layer.work, target.system, target.info, point.dsc);
      std::vector<std::string> row = {layer.work.name, grouped(point.cycles)};
      if (energy)
        row.push_back(
            print_amount(Goal::Energy, {point.cycles, point.femtojoules}, target.system.clock_hz));
      row.push_back(grouped(point.scratchpad_bytes));
      row.push_back(mapping_words(layer.work, point.dsc, nest));
      table.row(std::move(row));
    }
  }
  return fmt::format(
      "{} on {}, {}{}, {} cores\n\n{}\n"
      "fronts     of {}; {} of {} layers complete in the searched space, under the models\n",
      model.name, target.system.name, target.precision, priced_only(target) ? " (priced only)" : "",
      target.system.chip.cores, table.print(), criteria_words(fronts.criteria), complete,
      fronts.layers.size());
}

void add_fronts(Json& document, const Target& target, const NetworkFronts& fronts) {
  Json criteria = Json::array(), layers = Json::array();
  for (Criterion c : kCriteria)
    if (fronts.criteria.has(c)) criteria.push_back(name_of(c));
  for (const LayerFront& layer : fronts.layers) {
    Json points = Json::array(), pruned = Json::object();
    for (const ParetoPoint& point : layer.front.points)
      points.push_back({{"cycles", point.cycles},
                        {"energy_pj", energy_json(target, point.femtojoules)},
                        {"scratchpad_bytes", point.scratchpad_bytes},
                        {"rapid_dsc", rapid_dsc_json(point.dsc)}});
    for (const auto& [rule, count] : layer.front.pruned) pruned[rule] = count;
    layers.push_back({{"name", layer.work.name},
                      {"op", layer.work.op},
                      {"primitive", layer.work.primitive},
                      {"complete", layer.front.complete},
                      {"certain_below_cycles", layer.front.certain_below_cycles},
                      {"points", std::move(points)},
                      {"search",
                       {{"space", layer.front.space},
                        {"evaluated", layer.front.evaluated},
                        {"pruned", std::move(pruned)},
                        {"within_constraints", layer.within_constraints}}}});
  }
  document["criteria"] = std::move(criteria);
  document["pareto"] = std::move(layers);
}

}  // namespace tilewright
