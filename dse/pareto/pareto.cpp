#include "dse/pareto/pareto.h"

#include <algorithm>
#include <tuple>

#include "compiler/mapping/rejection.h"
#include "compiler/support/check.h"
#include "dse/balanced/space_size.h"
#include "dse/greedy/greedy.h"
#include "dse/layer_search.h"
#include "dse/pareto/by_limits.h"
#include "dse/room.h"
#include "dse/space/space.h"
#include "dse/start.h"

namespace tilewright {

namespace {

ParetoPoint priced(const Problem& problem, const RapidDsc& dsc) {
  const auto broken = first_rejection(problem.work, problem.system, problem.precision, dsc);
  TW_CHECK(!broken, "the search returns an illegal mapping: {}", to_string(*broken));
  ParetoPoint point{dsc, 0, 0, lx_bytes(problem, dsc)};
  point.cycles = price(problem.work, problem.system, problem.precision, dsc).cost.cycles;
  point.femtojoules =
      energy(problem.work, problem.system, problem.precision, dsc, point.cycles).total();
  return point;
}

// Leaves out what some other point is at least as good as.
void keep_front(std::vector<ParetoPoint>& points, CriterionSet criteria) {
  const auto covers = [&](const ParetoPoint& a, const ParetoPoint& b) {
    return std::all_of(std::begin(kCriteria), std::end(kCriteria),
                       [&](Criterion c) { return !criteria.has(c) || a.of(c) <= b.of(c); });
  };
  std::sort(points.begin(), points.end(), [](const ParetoPoint& a, const ParetoPoint& b) {
    return std::tie(a.cycles, a.femtojoules, a.scratchpad_bytes, a.dsc) <
           std::tie(b.cycles, b.femtojoules, b.scratchpad_bytes, b.dsc);
  });
  std::vector<ParetoPoint> front;
  for (const ParetoPoint& point : points) {
    if (std::any_of(front.begin(), front.end(),
                    [&](const ParetoPoint& known) { return covers(known, point); }))
      continue;
    front.erase(std::remove_if(front.begin(), front.end(),
                               [&](const ParetoPoint& known) { return covers(point, known); }),
                front.end());
    front.push_back(point);
  }
  points = std::move(front);
}

void take(ParetoResult& result, const Counters& counters) {
  result.evaluated = counters.evaluated;
  result.effort = counters.effort;
  result.pruned = counters.pruned_by_name();
}

// Greedy answers within all of Lx, and within less and less of it, that are allowed.
std::vector<Best> greedy_answers(const Problem& problem, const SearchOptions& options,
                                 Counters& counters) {
  std::vector<Best> answers;
  System less = problem.system;
  while (less.core.lx_bytes > 0) {
    Problem within(problem.work, less, problem.precision, Goal::Latency, Reach::Full,
                   problem.within);
    within.may_bypass = problem.may_bypass;
    const auto smallest = smallest_mapping(within, Reach::Full);
    if (!smallest) break;
    const GreedyLimits limits{options.max_evaluations - counters.effort, StopFlag(options.stop)};
    Best answer = greedy_mapping(within, *smallest, limits, counters);
    const int64_t bytes = std::min(less.core.lx_bytes, lx_bytes(problem, answer.dsc));
    less.core.lx_bytes = bytes - std::max<int64_t>(1, bytes / 4);
    if (allows(problem.within, problem.work, answer.dsc)) answers.push_back(std::move(answer));
  }
  return answers;
}

// Cycles against bytes of Lx in the full space.
Result<ParetoResult> front_of_full(const Work& work, const System& system,
                                   const PrecisionInfo& precision, const SearchOptions& options) {
  Problem problem(work, system, precision, Goal::Latency, Reach::Full, searched(options, work));
  problem.rules = options.rules;
  problem.may_bypass = searches_bypass(options, work, problem.within);
  if (const auto smallest = smallest_mapping(problem, Reach::Full); !smallest)
    return fail(smallest.error());
  const Space space(work, system, problem.within);
  if (space.size() == 0)
    return bad_input("layer '" + work.name + "'", "the constraints leave no mapping");
  Counters counters;
  const std::vector<Best> starts = greedy_answers(problem, options, counters);
  SearchOptions rest = options;
  rest.max_evaluations -= counters.effort;
  Outcome outcome = search_front(problem, rest, starts);
  outcome.counters.add(counters);
  if (!outcome.found() && outcome.proven)
    return bad_input("layer '" + work.name + "'", "no mapping within the constraints is legal",
                     "wider constraints, or larger memories");
  ParetoResult result;
  if (outcome.found()) result.points.push_back(priced(problem, outcome.best.dsc));
  for (const Best& other : outcome.others) result.points.push_back(priced(problem, other.dsc));
  for (const ParetoPoint& point : result.points)
    TW_CHECK(allows(problem.within, work, point.dsc), "layer {}: the search left the constraints",
             work.name);
  result.complete = outcome.proven;
  if (!result.complete) result.certain_below_cycles = static_cast<int64_t>(outcome.bound);
  result.space = space.size().get_str();
  take(result, outcome.counters);
  return result;
}

Result<ParetoResult> front_of_balanced(const Work& work, const System& system,
                                       const PrecisionInfo& precision, const SearchOptions& options,
                                       CriterionSet criteria) {
  if (!options.rules.all())
    return unsupported("the balanced space's search", "its rules cannot be switched off",
                       "--space full");
  if (allowed_of(options, work) != Constraints{})
    return unsupported("layer '" + work.name + "'",
                       "the front of the balanced space is not searched within constraints",
                       "--space full, with latency and scratchpad");
  const Problem problem(work, system, precision);
  if (const auto smallest = smallest_mapping(problem, Reach::Balanced); !smallest)
    return fail(smallest.error());
  const ParetoDraft draft = front_by_limits(work, system, precision, options, criteria);
  ParetoResult result;
  for (const RapidDsc& dsc : draft.found) result.points.push_back(priced(problem, dsc));
  result.complete = draft.complete;
  result.space = balanced::space_size(problem);
  take(result, draft.counters);
  return result;
}

}  // namespace

std::string_view name_of(Criterion criterion) {
  constexpr std::string_view kNames[] = {"latency", "energy", "scratchpad"};
  return kNames[static_cast<size_t>(criterion)];
}

std::optional<Criterion> criterion_named(std::string_view name) {
  for (Criterion c : kCriteria)
    if (name_of(c) == name) return c;
  return std::nullopt;
}

Result<ParetoResult> search_pareto(const Work& work, const System& system,
                                   const PrecisionInfo& precision, const SearchOptions& options,
                                   CriterionSet criteria) {
  TW_CHECK(criteria.size() >= 2, "a front of {} criteria", criteria.size());
  if (options.timing != TimingModel::Waveform)
    return unsupported("a front", "under max-of-levels", "the timing model waveform");
  const bool energy = criteria.has(Criterion::Energy);
  if (auto fits = check_goal(energy ? Goal::Energy : Goal::Latency, system, precision); !fits)
    return fail(fits.error());
  if (energy && options.reach == Reach::Full)
    return unsupported("a front of energy", "in the full space: so far in the balanced one alone",
                       "--space balanced, or --pareto latency,scratchpad");
  Result<ParetoResult> result = options.reach == Reach::Full
                                    ? front_of_full(work, system, precision, options)
                                    : front_of_balanced(work, system, precision, options, criteria);
  if (result) keep_front(result->points, criteria);
  return result;
}

}  // namespace tilewright
