// The balanced space mapping by mapping, written apart from the search.
#pragma once

#include <functional>

#include "dse/problem.h"

namespace tilewright::test {

using VisitMapping = std::function<void(const RapidDsc& dsc, int64_t cycles)>;

// Least value, or -1 when no mapping is legal; -2, before any is priced, when there are too many.
// Checks on the way that no bound of a division or tile is above what it bounds. `still`: operands
// that no loop moves have two buffers, too, which can gain nothing; `visit`: called with each legal
// mapping.
Measure enumerate_balanced(const Work& work, const System& system, const PrecisionInfo& precision,
                           Goal goal, bool still, const VisitMapping& visit = {});

}  // namespace tilewright::test
