// Branch and bound over divisions and tiles, for the fewest cycles, or the several fewest.
#pragma once

#include <vector>

#include "dse/outcome.h"
#include "dse/problem.h"
#include "dse/search.h"

namespace tilewright {

// Within the problem's constraints. `starts`: legal mappings that they allow, and what the outcome
// is never worse than; where these are fewer than are wanted, the search goes on below rising
// values until it has met enough; a proof without any says that none is legal. The outcome,
// counters included, does not depend on the number of threads, unless the options' stop flag ends
// it.
Outcome search_tiles(const Problem& problem, const SearchOptions& options,
                     const std::vector<Best>& starts);

// The front of cycles and bytes of Lx: of all mappings those of which no other one takes as few
// cycles in as few bytes, by rising cycles, as the best and the others. `bound`: those of fewer
// cycles are known to be of the front before it is proven. `starts` may be none.
Outcome search_front(const Problem& problem, const SearchOptions& options,
                     const std::vector<Best>& starts);

}  // namespace tilewright
