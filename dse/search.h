// The search: the mapping of one layer that is best in the declared space (README.md) under an
// objective, with a proof that it is, or the gap that is left.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>

#include "compiler/arch/system.h"
#include "compiler/mapping/work.h"
#include "compiler/support/result.h"
#include "costmodel/levels.h"
#include "costmodel/price.h"
#include "dse/counters.h"
#include "dse/objective.h"
#include "dse/space.h"
#include "dse/space/clause.h"

namespace tilewright {

// How a layer's mapping is looked for.
enum class Method : uint8_t {
  Optimal,     // until the best is proven
  Greedy,      // by rules, at once and without a proof (greedy/greedy.h)
  Exhaustive,  // every mapping of the full space is priced, no bounds
};
std::string_view name_of(Method method);  // "optimal", "greedy", "exhaustive"
std::optional<Method> method_named(std::string_view name);

struct SearchOptions {
  Method method = Method::Optimal;
  Goal goal = Goal::Latency;
  // MaxOfLevels: Method::Optimal alone, over the full space, without constraints and bypass; all
  // rules are in use.
  TimingModel timing = TimingModel::Waveform;
  Reach reach = Reach::Balanced;
  // In the full space, for latency: mappings in which an operand bypasses Lx, too.
  bool bypass = false;
  int jobs = 0;  // threads; 0: as many as the machine has
  // Effort after which the search stops with what it has: tile nests and block nests evaluated
  // (exhaustive: mappings looked at), counted alike for any number of threads.
  int64_t max_evaluations = 20'000'000;
  RuleSet rules = {};  // of the full space's search: what may close a part of it
  // So many mappings that differ in division or tile, each the best of its own, and of these the
  // best (README.md). Several: of the full space alone.
  size_t top = 1;
  // Mappings of the layer that the search starts from and never answers worse than; the balanced
  // space is compared with them at the end.
  std::vector<RapidDsc> seeds = {};
  const std::atomic<bool>* stop = nullptr;  // set from outside: stop with what there is
  // Narrows the full space of the layers that it names. Not looked at by the search of the balanced
  // one: search_network() refuses a layer whose best mapping lies outside.
  const ConstraintFile* constraints = nullptr;
};

struct SearchResult {
  RapidDsc best;
  Price price;
  std::vector<RapidDsc> others;           // by rank, from the second on
  std::string space;                      // points of the declared space, decimal (README.md)
  int64_t evaluated = 0;                  // legal mappings whose exact total was computed
  int64_t effort = 0;                     // what max_evaluations limits
  std::map<std::string, int64_t> pruned;  // subtrees cut, by rule (README.md lists the rules)
  Measure value = 0;  // of the best: what the objective makes of its cycles and energy
  // No mapping in the space has a lower value; equals `value` when proven.
  Measure lower_bound = 0;
  // Of several: also that no mapping of another division or tile is better than the last.
  bool proven = false;
  // `best` is a seed that the space does not hold; proven: and none that it holds is better.
  bool from_outside = false;
  double gap = 0;  // (value - lower bound) / value
};

// Fails (BadInput) when the space holds no legal mapping, with the rejection of its least demanding
// one, when a seed is illegal, when it met none within the constraints, or when energy is to be
// minimised and the system states none; fails (Unsupported) for what a search does not have, as the
// members of SearchOptions say. The result, counters included, does not depend on `jobs`, unless
// `stop` ends it.
Result<SearchResult> search_layer(const Work& work, const System& system,
                                  const PrecisionInfo& precision, const SearchOptions& options);

}  // namespace tilewright
