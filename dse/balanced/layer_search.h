// The search of a smaller space, of balanced tiles and blocks (dse/README.md): so far that of
// mappings that are to take little energy.
#pragma once

#include "dse/outcome.h"
#include "dse/problem.h"
#include "dse/search.h"

namespace tilewright::balanced {

// `first`: a legal mapping; `least`: no mapping is known to have a lower value. As search_tiles().
Outcome search(const Problem& problem, const SearchOptions& options, const Best& first,
               Measure least = 0);

}  // namespace tilewright::balanced
