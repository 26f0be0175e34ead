// Which dim of a box is to be cut next.
#pragma once

#include <array>
#include <cstddef>

#include "compiler/ir/dim.h"

namespace tilewright {

// How many tiles there are is decided dim by dim: windows first, whole or not; then dims of much
// external traffic, whose tiles decide soonest.
inline constexpr std::array kCutOrder = {Dim::ki,  Dim::kj, Dim::in, Dim::out,
                                         Dim::grp, Dim::mb, Dim::i,  Dim::j};

// The first index where `lo` and `hi`, arrays of one length, are farthest apart.
template <class Sizes>
size_t widest(const Sizes& lo, const Sizes& hi) {
  size_t widest = 0;
  for (size_t k = 1; k < lo.size(); ++k)
    if (hi[k] - lo[k] > hi[widest] - lo[widest]) widest = k;
  return widest;
}

}  // namespace tilewright
