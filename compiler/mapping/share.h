// How an extent falls to parts: the slices of CoreD (and ChipD).
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/mapping/rapid_dsc.h"

namespace tilewright {

struct Slice {
  int64_t start = 0;
  int64_t size = 0;
  bool operator==(const Slice&) const = default;
};

// `parts` slices of [0, extent), in order; the first is the largest. Balanced: sizes differ by at
// most one. Greedy: ceil(extent / parts) until it runs out (later ones may be smaller, or empty).
std::vector<Slice> slices(int64_t extent, int64_t parts, ShareRule rule);

// The largest share: ceil(extent / parts).
int64_t largest_share(int64_t extent, int64_t parts);

}  // namespace tilewright
