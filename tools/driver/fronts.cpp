#include "tools/driver/fronts.h"

#include <algorithm>

#include "dse/network.h"
#include "tools/driver/stop.h"
#include "tools/driver/terminal.h"

namespace tilewright {

bool NetworkFronts::complete() const {
  return std::all_of(layers.begin(), layers.end(),
                     [](const LayerFront& layer) { return layer.front.complete; });
}

Result<CriterionSet> criteria_of(const SearchFlags& flags) {
  CriterionSet criteria;
  for (const std::string& name : flags.pareto) criteria.add(criterion_named(name).value());
  if (criteria.size() < 2)
    return bad_input("--pareto", "takes two or three of latency, energy and scratchpad",
                     "--pareto latency,scratchpad");
  if (flags.top > 1 || !flags.seed_mapping.empty() || flags.search != "optimal" ||
      flags.objective != "latency" || flags.timing_model != "waveform" ||
      !flags.certificate.empty())
    return bad_input(
        "--pareto",
        "has no use for --objective, --timing-model, --top, --seed-mapping, --search and "
        "--certificate",
        "");
  return criteria;
}

Result<NetworkFronts> search_fronts(const std::vector<Work>& works, const Target& target,
                                    const SearchFlags& flags, const ConstraintFile* constraints) {
  const Result<CriterionSet> criteria = criteria_of(flags);
  if (!criteria) return fail(criteria.error());
  const StopWatch watch(flags.time_budget);
  SearchOptions options = search_options(flags, target, constraints);
  if (criteria->has(Criterion::Energy) && flags.space.empty()) options.reach = Reach::Balanced;
  if (flags.max_evaluations == 0) options.max_evaluations = INT64_MAX;
  const std::vector<size_t> first = first_alike(works, constraints);
  Progress progress;
  NetworkFronts fronts{*criteria, {}};
  Diagnostics findings;
  for (size_t k = 0; k < works.size(); ++k) {
    LayerFront layer{
        works[k],
        {},
        constraints != nullptr && constraints_of(*constraints, works[k].name) != Constraints{}};
    if (first[k] == k) {
      Result<ParetoResult> front =
          search_pareto(works[k], target.system, target.info, options, *criteria);
      if (front)
        layer.front = std::move(*front);
      else
        findings.insert(findings.end(), front.error().begin(), front.error().end());
    } else {
      layer.front = fronts.layers[first[k]].front;
    }
    fronts.layers.push_back(std::move(layer));
    progress.show(k + 1, works.size(), works[k].name);
  }
  if (!findings.empty()) return fail(std::move(findings));
  return fronts;
}

std::vector<Plan> plans_of(const LoadedModel& model, const Target& target,
                           const NetworkFronts& fronts) {
  std::vector<Plan> plans;
  for (const LayerFront& layer : fronts.layers)
    for (size_t k = 0; k < layer.front.points.size(); ++k) {
      if (plans.size() <= k)
        plans.push_back({model.name, target.system.name, target.precision, {}});
      const MappedLayer point = price_layer(layer.work, target, layer.front.points[k].dsc);
      plans[k].layers.push_back({layer.work.name, point.dsc, point.cycles(), point.link_bytes});
    }
  return plans;
}

}  // namespace tilewright
