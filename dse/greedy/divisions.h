// Divisions over the cores that look promising.
#pragma once

#include <vector>

#include "dse/problem.h"

namespace tilewright::greedy {

// The first few by a simple bound, for whole shares: the larger of what crosses the external link
// and what the units take, and the sums over the ring. Shares balanced; no more parts of a dim than
// its largest share needs; reduced dims last on the ring.
std::vector<CoreDivision> promising_divisions(const Problem& problem, size_t most);

}  // namespace tilewright::greedy
