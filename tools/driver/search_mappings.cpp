#include <ctime>

#include "dse/network.h"
#include "models/baselines/baselines.h"
#include "tools/driver/mapped_network.h"
#include "tools/driver/stop.h"
#include "tools/driver/terminal.h"

namespace tilewright {

namespace {

constexpr const char* kFallback = "planner-rule";

// A search that ended early may have met nothing good yet: the rule's mapping stands in where it is
// better, and allowed. The proven bound stays that of the search.
MappedLayer best_so_far(const Work& work, const Target& target, const Objective& objective,
                        const Constraints& constraints, TimingModel timing,
                        const SearchResult& found) {
  MappedLayer best = price_layer(work, target, found.best, timing);
  if (const auto rule = baseline_mapping(kFallback, work, target.system, target.info);
      rule && allows(constraints, work, *rule)) {
    MappedLayer other = price_layer(work, target, *rule, timing);
    if (value(other, objective) < value(best, objective)) best = std::move(other);
  }
  const auto reached = static_cast<double>(value(best, objective));
  const double gap = (reached - static_cast<double>(found.lower_bound)) / reached;
  best.search = {found.space, found.evaluated, found.pruned, false, false, gap};
  return best;
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

bool searches_full_space(const SearchFlags& flags, const Target& target) {
  if (!flags.space.empty()) return flags.space == "full";
  // Without an L0 the full space takes too long (dse/README.md).
  return objective_of(flags, target).goal == Goal::Latency && target.system.array.l0_bytes > 0;
}

SearchOptions search_options(const SearchFlags& flags, const Target& target,
                             const ConstraintFile* constraints) {
  SearchOptions options;
  options.jobs = static_cast<int>(flags.jobs);
  options.method = method_named(flags.search).value();
  options.goal = objective_of(flags, target).goal;
  options.timing = timing_model_of(flags);
  options.reach = searches_full_space(flags, target) ? Reach::Full : Reach::Balanced;
  for (const std::string& name : flags.disabled_rules) options.rules.disable(*rule_named(name));
  if (flags.max_evaluations > 0) options.max_evaluations = flags.max_evaluations;
  options.top = static_cast<size_t>(flags.top);
  options.stop = StopWatch::flag();
  options.constraints = constraints;
  return options;
}

Result<MappedNetwork> search_mappings(const std::vector<Work>& works, const Target& target,
                                      const SearchFlags& flags, const ConstraintFile* constraints,
                                      const std::vector<NamedMapping>& seeds) {
  const Objective objective = objective_of(flags, target);
  Progress progress;
  const StopWatch watch(flags.time_budget);
  const SearchOptions options = search_options(flags, target, constraints);
  const double begin = cpu_seconds();
  Result<std::vector<SearchResult>> found = search_network(
      works, target.system, target.info, options,
      [&](size_t done, size_t all, const Work& work) { progress.show(done, all, work.name); },
      seeds);
  if (!found) return fail(found.error());

  MappedNetwork network;
  network.cpu_seconds = cpu_seconds() - begin;
  const bool greedy = options.method == Method::Greedy;
  bool all_proven = true, all_whole = true;
  for (size_t k = 0; k < works.size(); ++k) {
    const SearchResult& result = (*found)[k];
    all_proven = all_proven && result.proven;
    all_whole = all_whole && result.effort < options.max_evaluations;
    const Constraints own =
        constraints != nullptr ? constraints_of(*constraints, works[k].name) : Constraints{};
    MappedLayer layer;
    if (result.proven || greedy) {
      layer = price_layer(works[k], target, result.best, options.timing);
      layer.search = {result.space,  result.evaluated,    result.pruned,
                      result.proven, result.from_outside, result.gap};
    } else {
      layer = best_so_far(works[k], target, objective, own, options.timing, result);
    }
    for (const RapidDsc& other : result.others)
      if (other != layer.dsc)
        layer.others.push_back(price_layer(works[k], target, other, options.timing));
    layer.search.within_constraints = own != Constraints{};
    if (objective.goal == Goal::Latency)
      layer.search.bound_cycles = static_cast<int64_t>(result.lower_bound);
    network.layers.push_back(std::move(layer));
  }
  const bool ended = greedy ? !all_whole : flags.max_evaluations > 0;
  network.stopped = (watch.stopped() || ended) && !all_proven;
  return network;
}

}  // namespace tilewright
