// Which dim of a box is to be cut.
#pragma once

#include <cstddef>

namespace tilewright {

// The first index where `lo` and `hi`, arrays of one length, are farthest apart.
template <class Sizes>
size_t widest(const Sizes& lo, const Sizes& hi) {
  size_t widest = 0;
  for (size_t k = 1; k < lo.size(); ++k)
    if (hi[k] - lo[k] > hi[widest] - lo[widest]) widest = k;
  return widest;
}

}  // namespace tilewright
