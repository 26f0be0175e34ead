// The search under the timing model of perfect overlap: the slowest level counts alone, whatever
// the order of steps. README.md of dse says how.
#pragma once

#include "dse/outcome.h"
#include "dse/problem.h"
#include "dse/search.h"

namespace tilewright::overlap {

// Over all mappings of the declared space in which nothing bypasses Lx, from a legal one on.
Outcome search(const Problem& problem, const SearchOptions& options, const RapidDsc& first);

}  // namespace tilewright::overlap
