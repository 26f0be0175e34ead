// What a search of one layer is held to, and the mapping that it can always start from.
#pragma once

#include "dse/outcome.h"
#include "dse/problem.h"
#include "dse/search.h"

namespace tilewright {

// Of a legal mapping: its price under the problem's timing model, and what the objective makes of
// it.
Price price_of(const Problem& problem, const RapidDsc& dsc);
Measure value_of(const Problem& problem, const RapidDsc& dsc);

// The least demanding mapping: every tile and block one index, operands wherever they may sit, one
// of them past Lx, too, where that is searched. If none of these is legal, none is.
Result<Best> smallest_mapping(const Problem& problem, Reach reach);

// What the user allows of the layer, and what of that the search of the full space keeps to: where
// it need not, nothing bypasses Lx.
Constraints allowed_of(const SearchOptions& options, const Work& work);
bool searches_bypass(const SearchOptions& options, const Work& work, const Constraints& allowed);
Constraints searched(const SearchOptions& options, const Work& work);

}  // namespace tilewright
