#include "dse/exhaustive/by_index.h"

#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/stop.h"

namespace tilewright::exhaustive {

void price_by_index(const Problem& problem, const Space& space, const SearchOptions& options,
                    Outcome& outcome) {
  const StopFlag stop(options.stop);
  for (mpz_class at = 0; at < space.size(); ++at) {
    if (outcome.counters.effort >= options.max_evaluations || stop.raised()) return;
    ++outcome.counters.effort;
    const RapidDsc dsc = space.at(at);
    if (first_rejection(problem.work, problem.system, problem.precision, dsc)) continue;
    ++outcome.counters.evaluated;
    const int64_t cycles = price(problem.work, problem.system, problem.precision, dsc).cost.cycles;
    outcome.adopt({problem.counted_value(dsc, cycles), dsc});
  }
  outcome.proven = true;
}

}  // namespace tilewright::exhaustive
