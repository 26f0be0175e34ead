// Branch and bound over divisions and tiles, for the fewest cycles.
#pragma once

#include <optional>

#include "dse/outcome.h"
#include "dse/problem.h"
#include "dse/search.h"

namespace tilewright {

// Within the problem's constraints. `first`: a legal mapping that they allow; none: the search goes
// on below rising values until it meets one; a proof without one says that none is legal. The
// outcome, counters included, does not depend on the number of threads, unless the options' stop
// flag ends it.
Outcome search_tiles(const Problem& problem, const SearchOptions& options,
                     const std::optional<Best>& first);

}  // namespace tilewright
