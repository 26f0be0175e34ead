// Every mapping of the space by its index, checked and priced as a whole.
#pragma once

#include "dse/exhaustive/exhaustive.h"

namespace tilewright::exhaustive {

void price_by_index(const Problem& problem, const Space& space, const SearchOptions& options,
                    Outcome& outcome);

}  // namespace tilewright::exhaustive
