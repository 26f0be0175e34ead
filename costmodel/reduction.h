// What stands between body and store where the reduction is divided over cores: sums go over the
// ring, then the last core of each group finishes them. Equations [G1] - [G3] of README.md.
#pragma once

#include <cstdint>

#include "compiler/mapping/loop_nest.h"
#include "costmodel/unit_times.h"

namespace tilewright {

struct TileReduction {
  int64_t ring_cycles = 0, finish_cycles = 0;
  int64_t meeting_cycles = 0;           // of ext and sfu, where sums are finished, in every step
  int64_t sum_bytes = 0;                // that one core hands on: its tile of OUT in FP32
  int64_t link_bytes = 0;               // over the fullest link of each round
  int64_t in_bytes = 0, out_bytes = 0;  // of the finishing core, over its array links

  int64_t cycles() const { return ring_cycles + finish_cycles + meeting_cycles; }
};

// [N5] At the end of a step on `tile`; nothing where no reduced dim is divided. `leaves`: OUT's
// tile is complete.
TileReduction tile_reduction(const Work& work, const UnitTimes& times, const LoopNest& nest,
                             const Extents& tile, bool leaves = true);

}  // namespace tilewright
