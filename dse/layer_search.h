// Branch and bound over divisions and tiles, for the fewest cycles.
#pragma once

#include "dse/outcome.h"
#include "dse/problem.h"
#include "dse/search.h"

namespace tilewright {

// `first`: a legal mapping. The outcome, counters included, does not depend on the number of
// threads, unless the options' stop flag ends it.
Outcome search_tiles(const Problem& problem, const SearchOptions& options, const Best& first);

}  // namespace tilewright
