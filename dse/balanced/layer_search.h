// The search of a smaller space, of balanced tiles and blocks (dse/README.md): so far that of
// mappings that are to take little energy.
#pragma once

#include "dse/outcome.h"
#include "dse/problem.h"
#include "dse/search.h"

namespace tilewright::balanced {

// `first`: a legal mapping. As search_tiles().
Outcome search(const Problem& problem, const SearchOptions& options, const Best& first);

}  // namespace tilewright::balanced
