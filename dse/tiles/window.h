// Axes of operands whose points a tile's extent alone does not tell: windows, which overlap from
// tile to tile, and padding, which is not moved.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "compiler/mapping/share.h"
#include "compiler/mapping/work.h"

namespace tilewright {

// Along one such axis, for one division of its dims over cores: points of the core that has most.
struct TileWindow {
  Dim moving = Dim::mb;  // whose tiles the tables are about
  DimSet others = 0;     // the other dim, if any: taken whole in the tables
  bool padded = false;   // some tiles may lie in the padding: nothing moves for them
  bool filled = true;    // but none where the other dim is whole, nor what is fresh if it slides
  bool dense = true;     // no tile has a point that no index touches, where the other dim is whole
  int64_t touched = 0;   // distinct points of a core's whole share
  int64_t single = 0;    // the same at one index of the other dim, at least
  // By tile size, from 1 to the share: points of all tiles together, each fetched whole, at least
  // for all sizes up to this one; and at least the points of the first tile. Empty where that is
  // much work: then little is known.
  std::vector<int64_t> all, first;

  // At least what tiles of sizes up to `most` fetch, the other dim cut into `pieces`; `unshared`:
  // no core has a part of the other dim only. A tile that slides along the other dim has it whole
  // once; along the moving dim every piece of the other brings the whole share.
  int64_t fetched(int64_t most, int64_t pieces, bool unshared, bool slides) const {
    const int64_t tiled = unshared && !all.empty() ? all[static_cast<size_t>(most)] : 0;
    const int64_t again = pieces * single;
    if (pieces > 1 && slides) return std::max(touched, tiled == 0 ? 0 : std::min(tiled, again));
    if (pieces > 1) return std::max(touched, again);
    return slides ? touched : std::max(touched, tiled);
  }
  // At least what the first tile of sizes from `least` on fetches.
  int64_t begins(int64_t least, bool whole) const {
    return whole && !first.empty() ? first[static_cast<size_t>(least)] : 0;
  }
};

TileWindow window_of(const AccessAxis& axis, const Extents& extent, const Extents& parts,
                     ShareRule share, DimSet reduction);

}  // namespace tilewright
