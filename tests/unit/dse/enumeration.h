// Spaces mapping by mapping, written apart from the search.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/problem.h"
#include "dse/space/space.h"

namespace tilewright::test {

using VisitMapping = std::function<void(const RapidDsc& dsc, int64_t cycles)>;

// The balanced space: least value, or -1 when no mapping is legal; -2, before any is priced, when
// there are too many. Checks on the way that no bound of a division or tile is above what it
// bounds. `still`: operands that no loop moves have two buffers, too, which can gain nothing;
// `visit`: called with each legal mapping.
Measure enumerate_balanced(const Work& work, const System& system, const PrecisionInfo& precision,
                           Goal goal, bool still, const VisitMapping& visit = {});

// Visits each legal mapping of a space, by index.
template <class Visit>
void each_legal(const Work& work, const System& system, const PrecisionInfo& precision,
                const Space& space, Visit&& visit) {
  for (mpz_class k = 0; k < space.size(); ++k) {
    const RapidDsc dsc = space.at(k);
    if (!first_rejection(work, system, precision, dsc)) visit(dsc);
  }
}

struct Least {
  Measure value = -1;  // no mapping is legal
  RapidDsc dsc;
};
// The least under each goal of all mappings in which nothing bypasses Lx, priced by such a function
// and by energy(); none where there are more than can be priced in a test.
using PriceBy = Price(const Work&, const System&, const PrecisionInfo&, const RapidDsc&);
std::optional<std::vector<Least>> enumerate_through_lx(const Work& work, const System& system,
                                                       const PrecisionInfo& precision,
                                                       std::span<const Goal> goals,
                                                       PriceBy& price_by);

}  // namespace tilewright::test
