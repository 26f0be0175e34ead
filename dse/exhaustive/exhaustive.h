// Prices every legal mapping of the declared space, without bounds, on one thread.
#pragma once

#include "dse/outcome.h"
#include "dse/problem.h"
#include "dse/search.h"
#include "dse/space/space.h"

namespace tilewright::exhaustive {

// Steps of a tile's programs that are held in memory: some megabytes.
inline constexpr size_t kStepsAtOnce = size_t{1} << 18;

// `space`: of these constraints. `first`: a legal mapping. The result is the best one, of equal
// ones the least as a value.
Outcome search(const Problem& problem, const Space& space, const Constraints& constraints,
               const SearchOptions& options, const Best& first,
               size_t steps_at_once = kStepsAtOnce);

}  // namespace tilewright::exhaustive
