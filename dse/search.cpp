#include "dse/search.h"

#include <algorithm>

#include "compiler/mapping/rejection.h"
#include "compiler/support/check.h"
#include "dse/balanced/layer_search.h"
#include "dse/balanced/space_size.h"
#include "dse/exhaustive/exhaustive.h"
#include "dse/greedy/greedy.h"
#include "dse/layer_search.h"
#include "dse/least_demanding.h"
#include "dse/overlap/overlap_search.h"
#include "dse/space/space.h"
#include "dse/start.h"

namespace tilewright {

namespace {

// Checks what a search found, and prices it again.
Price checked(const Problem& problem, const Best& found) {
  const auto broken = first_rejection(problem.work, problem.system, problem.precision, found.dsc);
  TW_CHECK(!broken, "the search returns an illegal mapping: {}", to_string(*broken));
  Price priced = price_of(problem, found.dsc);
  const Measure value = problem.counted_value(found.dsc, priced.cost.cycles);
  TW_CHECK(value == found.value, "layer {}: the search made {} of it, its price {}",
           problem.work.name, static_cast<double>(found.value), static_cast<double>(value));
  return priced;
}

SearchResult result_of(const Problem& problem, const Outcome& outcome) {
  SearchResult r;
  r.best = outcome.best.dsc;
  r.price = checked(problem, outcome.best);
  r.value = outcome.best.value;
  for (const Best& other : outcome.others) {
    checked(problem, other);
    r.others.push_back(other.dsc);
  }
  r.evaluated = outcome.counters.evaluated;
  r.effort = outcome.counters.effort;
  r.pruned = outcome.counters.pruned_by_name();
  r.proven = outcome.proven;
  r.lower_bound = std::min(outcome.bound, r.value);
  if (!r.proven)
    r.gap = static_cast<double>(r.value - r.lower_bound) / static_cast<double>(r.value);
  return r;
}

// Under a goal that counts energy: the best of the balanced space, from where the full one is
// closed sooner.
std::optional<Best> balanced_start(const Problem& problem, const SearchOptions& options,
                                   Counters& counters) {
  if (!problem.objective.counts_energy() || options.constraints != nullptr) return std::nullopt;
  const Problem balanced(problem.work, problem.system, problem.precision, problem.objective.goal);
  const auto first = smallest_mapping(balanced, Reach::Balanced);
  if (!first) return std::nullopt;
  SearchOptions part = options;
  part.max_evaluations -= counters.effort;
  const Outcome outcome = balanced::search(balanced, part, *first);
  counters.effort += outcome.counters.effort;
  return outcome.best;
}

// All mappings that are searched, from the greedy answer on where that is allowed, or the seeds;
// where several are wanted, from both.
Outcome search_full(const Problem& problem, const SearchOptions& options, const Best& first,
                    const std::vector<Best>& seeds) {
  Counters counters;
  const GreedyLimits limits{options.max_evaluations, StopFlag(options.stop)};
  std::vector<Best> starts = {greedy_mapping(problem, first, limits, counters)};
  if (!allows(allowed_of(options, problem.work), problem.work, starts[0].dsc)) starts.clear();
  if (const auto start = balanced_start(problem, options, counters)) starts.push_back(*start);
  if (starts.empty() || options.top > 1) starts.insert(starts.end(), seeds.begin(), seeds.end());
  SearchOptions rest = options;
  rest.max_evaluations -= counters.effort;
  Outcome outcome = search_tiles(problem, rest, starts);
  outcome.counters.add(counters);
  return outcome;
}

// The same where the slowest level counts alone.
Outcome search_levels(const Problem& problem, const SearchOptions& options, const Best& first) {
  Counters counters;
  const GreedyLimits limits{options.max_evaluations, StopFlag(options.stop)};
  // Its own values are those of the waveform.
  const Best none{Objective::kNone, first.dsc};
  const Best greedy = greedy_mapping(problem, none, limits, counters);
  const Best start{value_of(problem, greedy.dsc), greedy.dsc};
  SearchOptions rest = options;
  rest.max_evaluations -= counters.effort;
  Outcome outcome = overlap::search(problem, rest, (start.value < first.value ? start : first).dsc);
  outcome.counters.add(counters);
  return outcome;
}

// The greedy answer alone; no mapping whatever has a lower value than its bound.
Outcome greedy_outcome(const Problem& problem, const SearchOptions& options, const Best& first) {
  Outcome outcome;
  outcome.bound = problem.value(lower_bound_cycles(problem.work, problem.system, problem.precision),
                                problem.fixed_energy);
  outcome.best = greedy_mapping(problem, first, {options.max_evaluations, StopFlag(options.stop)},
                                outcome.counters);
  outcome.proven = outcome.best.value <= outcome.bound;
  return outcome;
}

// The seeds that are allowed, best first.
Result<std::vector<Best>> allowed_seeds(const Problem& problem, const SearchOptions& options) {
  const Constraints allowed = allowed_of(options, problem.work);
  std::vector<Best> found;
  for (const RapidDsc& seed : options.seeds) {
    if (const auto broken = first_rejection(problem.work, problem.system, problem.precision, seed))
      return bad_input("layer '" + problem.work.name + "' on system '" + problem.system.name + "'",
                       "the mapping to start from breaks " + to_string(*broken), "");
    if (allows(allowed, problem.work, seed)) found.push_back({value_of(problem, seed), seed});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Best& a, const Best& b) { return a.value < b.value; });
  return found;
}

Result<SearchResult> search_balanced(const Problem& problem, const SearchOptions& options,
                                     const std::vector<Best>& seeds) {
  const auto first = smallest_mapping(problem, Reach::Balanced);
  if (!first) return fail(first.error());
  Outcome outcome = balanced::search(problem, options, *first);
  const bool better = !seeds.empty() && seeds.front().value < outcome.best.value;
  if (better) outcome.best = seeds.front();
  SearchResult r = result_of(problem, outcome);
  r.space = balanced::space_size(problem);
  r.from_outside = better && outcome.proven;
  return r;
}

// Where a search within constraints met no mapping: the least demanding one, or why there is none.
Result<Best> instead(const Problem& problem, const Outcome& outcome) {
  const LeastDemanding least = least_demanding(problem);
  TW_CHECK(!outcome.proven || !least.legal, "layer {}: the search closed a legal mapping",
           problem.work.name);
  if (least.legal) return Best{value_of(problem, *least.legal), *least.legal};
  const std::string where =
      "layer '" + problem.work.name + "' on system '" + problem.system.name + "'";
  if (!outcome.proven)
    return bad_input(where, "the search ended before it met a legal mapping within the constraints",
                     "more time, or wider constraints");
  const std::string why =
      least.broken ? "; the least demanding one breaks " + to_string(*least.broken) : "";
  return bad_input(where, "no mapping within the constraints is legal" + why,
                   "wider constraints, or larger memories");
}

// Prices all of the space; `first` is of use where it lies within.
Outcome search_exhaustive(const Problem& problem, const Space& space, const SearchOptions& options,
                          Best first) {
  if (!allows(allowed_of(options, problem.work), problem.work, first.dsc))
    first = {problem.objective.counts_energy() ? Measure{1} << 126 : Measure{INT64_MAX}, {}};
  return exhaustive::search(problem, space, problem.within, options, first);
}

Result<SearchResult> search_space(const Problem& problem, const SearchOptions& options,
                                  const std::vector<Best>& seeds) {
  const auto smallest = smallest_mapping(problem, Reach::Full);
  if (!smallest) return fail(smallest.error());
  const Best& first =
      !seeds.empty() && seeds.front().value <= smallest->value ? seeds.front() : *smallest;
  const Space space(problem.work, problem.system, problem.within);
  if (space.size() == 0)
    return bad_input("layer '" + problem.work.name + "'", "the constraints leave no mapping");
  Outcome outcome;
  switch (options.method) {
    case Method::Optimal:
      outcome = problem.timing == TimingModel::MaxOfLevels
                    ? search_levels(problem, options, first)
                    : search_full(problem, options, first, seeds);
      break;
    case Method::Greedy:
      outcome = greedy_outcome(problem, options, first);
      break;
    case Method::Exhaustive:
      outcome = search_exhaustive(problem, space, options, first);
      break;
  }
  if (!outcome.found()) {
    Result<Best> other = instead(problem, outcome);
    if (!other) return fail(other.error());
    outcome.best = std::move(*other);
  }
  SearchResult r = result_of(problem, outcome);
  const Constraints allowed = allowed_of(options, problem.work);
  const auto is_allowed = [&](const RapidDsc& dsc) { return allows(allowed, problem.work, dsc); };
  TW_CHECK(options.method == Method::Greedy ||
               (is_allowed(r.best) && std::all_of(r.others.begin(), r.others.end(), is_allowed)),
           "layer {}: the search left the constraints", problem.work.name);
  r.space = space.size().get_str();
  r.from_outside = std::any_of(seeds.begin(), seeds.end(),
                               [&](const Best& seed) { return seed.dsc == r.best; }) &&
                   !space.index_of(r.best);
  return r;
}

}  // namespace

std::string_view name_of(Method method) {
  constexpr std::string_view kNames[] = {"optimal", "greedy", "exhaustive"};
  return kNames[static_cast<size_t>(method)];
}

std::optional<Method> method_named(std::string_view name) {
  for (Method m : {Method::Optimal, Method::Greedy, Method::Exhaustive})
    if (name_of(m) == name) return m;
  return std::nullopt;
}

Result<SearchResult> search_layer(const Work& work, const System& system,
                                  const PrecisionInfo& precision, const SearchOptions& options) {
  if (auto fits = check_goal(options.goal, system, precision); !fits) return fail(fits.error());
  const bool optimal = options.method == Method::Optimal;
  const bool levels = options.timing == TimingModel::MaxOfLevels;
  if (levels && (!optimal || options.bypass || options.top > 1 || !options.rules.all() ||
                 allowed_of(options, work) != Constraints{}))
    return unsupported("the search under max-of-levels",
                       "it has no other methods, constraints, bypass, several mappings, or rules "
                       "to switch off",
                       "the timing model waveform");
  const Reach reach = optimal && !levels ? options.reach : Reach::Full;
  if (optimal && !levels && options.goal != Goal::Latency && reach == Reach::Full &&
      searches_bypass(options, work, searched(options, work)))
    return unsupported("the search for least " + std::string(name_of(options.goal)),
                       "of mappings that bypass Lx: so far for latency alone",
                       "--objective latency, or no bypass");
  if (optimal && !options.rules.all() && reach == Reach::Balanced)
    return unsupported("the balanced space's search", "its rules cannot be switched off",
                       "--space full, with --objective latency");
  const bool full = reach == Reach::Full;
  if (options.top > 1 && (!full || !optimal))
    return unsupported("more mappings than the best one",
                       "so far by the search of the full space alone", "--space full");
  Problem problem(work, system, precision, options.goal, reach,
                  full ? searched(options, work) : Constraints{});
  problem.rules = options.rules;
  problem.timing = options.timing;
  problem.may_bypass = full && searches_bypass(options, work, problem.within);
  const auto seeds = allowed_seeds(problem, options);
  if (!seeds) return fail(seeds.error());
  return full ? search_space(problem, options, *seeds) : search_balanced(problem, options, *seeds);
}

}  // namespace tilewright
