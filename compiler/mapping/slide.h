// Tiles that slide: a window's tile shares points with the one before along one axis, and where the
// mapping says so they stay in Lx, so that only the fresh ones are fetched.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/mapping/rapid_dsc.h"

namespace tilewright {

// The innermost T loop that an operand moves with, where it moves one axis alone, by whole points.
// A tile past the loop's first index then holds, at the end of that axis, `per_index` fresh points
// for each of its indices of `dim` (all of its points, if these are fewer); its others were in the
// tile before. At the loop's first index all are fresh.
struct Slide {
  Dim dim = Dim::mb;
  int axis = 0;
  int64_t per_index = 1;
  int64_t shift = 1;   // points that a whole tile moves on: per_index * T
  int64_t points = 1;  // of a whole tile along the axis
  bool operator==(const Slide&) const = default;

  // Neighbouring tiles share something.
  bool overlaps() const { return shift < points; }
};

std::optional<Slide> slide_of(const Operand& operand, const RapidDsc& dsc);

}  // namespace tilewright
