// What may lie along the axes of the array, as far as levels and energy can tell it apart.
#pragma once

#include <vector>

#include "dse/problem.h"

namespace tilewright::overlap {

struct Flow {
  Places inner{};
  ArrayWork p;
  Extents unroll = Extents::filled(1);
  Extents pe = Extents::filled(1);  // rows, columns and corelets: of one PE's part
  Extents corelets = Extents::filled(1);
  Extents sums = Extents::filled(1);  // columns, lanes, corelets: of a lane's accumulators
  Extents lanes = Extents::filled(1);
  Extents summed = Extents::filled(1);  // rows and corelets
};

// All dataflows of the declared space, or, of those that differ in nothing that matters or in that
// one has more places where more are never worse, one.
std::vector<Flow> flows(const Problem& problem);

}  // namespace tilewright::overlap
