// How one dim is cut, and what of that the cost of a layer without a waveform depends on.
#pragma once

#include <array>
#include <cstdint>

#include "compiler/ir/dim.h"
#include "compiler/support/math.h"

namespace tilewright::overlap {

// Of one choice of T and B, or the least of several.
struct Cut {
  int64_t t = 1, b = 1;
  int64_t trips = 1;          // of the T loop
  int64_t tiles = 1;          // of all cores, empty ones left out
  bool blocked = false;       // there is a B loop
  int64_t fewest_blocks = 1;  // in any tile
  // Sums over the tiles of the largest core and of all: blocks, and of a block's extent e
  // ceil(e / unrolling).
  int64_t blocks = 1, all_blocks = 1;
  int64_t steps = 1, all_steps = 1;
  int64_t all_lane_steps = 1, all_summed_steps = 1;  // by lanes; by rows and corelets
  bool exact = false;                                // one choice
};
using Cuts = std::array<Cut, kDimCount>;

// Sum over the blocks of [0, extent) of ceil(block / unroll).
inline int64_t steps_of(int64_t extent, int64_t block, int64_t unroll) {
  return extent / block * ceil_div(block, unroll) + ceil_div(extent % block, unroll);
}

}  // namespace tilewright::overlap
