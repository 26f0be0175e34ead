// Which body is asked for.
#pragma once

#include "costmodel/block_nest.h"
#include "dse/problem.h"

namespace tilewright {

// The body of one tile.
struct BodyQuery {
  TileShape tile;
  bool wide = false;  // OUT in Lx has cells of partial sums, whatever the blocks do
  Bypass past_lx;
  int64_t cores = 1;  // that share external memory, where something bypasses Lx
  bool operator==(const BodyQuery&) const = default;
};

}  // namespace tilewright
