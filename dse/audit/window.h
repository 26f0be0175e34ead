// Points of an operand along an axis that more than a tile's extent decides: windows, which overlap
// from tile to tile, and padding, which no tile moves.
#pragma once

#include <optional>
#include <vector>

#include "dse/audit/layer.h"

namespace tilewright::audit {

// Under one division. Points are those of the core that has most.
struct Window {
  Dim moving = Dim::mb;      // of the axis' dims the one whose tiles are told apart
  std::optional<Dim> other;  // the other one, if any: a reduced one before one that is not
  bool shared = false;       // `other` is divided over cores
  bool clipped = false;      // there is padding: a tile may have no point
  // But each index of `moving` has one, where `other` is whole, that the index before has not.
  bool each_index = true;
  int64_t touched = 0;  // distinct points of a core's share
  int64_t by_one = 0;   // the least that one index of `other` touches
  // By T of `moving`, 1 to its share, `other` whole: points that tiles up to this size have in all;
  // the first tile of this size or more. Empty where that is too much to work out.
  std::vector<int64_t> all, first;

  // At least what all tiles fetch, with T of `moving` up to `most` and `other` in `pieces`.
  int64_t fetched(int64_t most, int64_t pieces) const;
  // The same where neighbouring tiles share what they have in common.
  int64_t fetched_sliding(int64_t most, int64_t pieces) const;
};

Window window_of(const Layer& layer, const AccessAxis& axis, const CoreDivision& cores);

}  // namespace tilewright::audit
