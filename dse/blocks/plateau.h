// Sizes of pieces along one dim, by how many pieces they make: what decides traffic and order is
// the number of pieces; sizes of one number form an interval.
#pragma once

#include <algorithm>
#include <cstdint>

#include "compiler/support/math.h"

namespace tilewright {

// All sizes that cut [0, extent) into `trips` pieces.
struct Plateau {
  int64_t extent = 1;
  int64_t trips = 1, lo = 1, hi = 1;

  // That of one piece; next() goes on by rising trips, to sizes of one index each.
  static Plateau whole(int64_t extent) { return {extent, 1, extent, extent}; }
  static Plateau of(int64_t extent, int64_t size) {
    const int64_t trips = ceil_div(extent, size);
    const int64_t hi = trips == 1 ? extent : ceil_div(extent, trips - 1) - 1;
    return {extent, trips, ceil_div(extent, trips), hi};
  }
  bool is_last() const { return lo == 1; }
  Plateau next() const { return of(extent, lo - 1); }

  // The last piece, where all others have such a size.
  int64_t last(int64_t size) const { return extent - (trips - 1) * size; }
  // Sum over the pieces of ceil(piece / unroll).
  int64_t steps(int64_t size, int64_t unroll) const {
    return (trips - 1) * ceil_div(size, unroll) + ceil_div(last(size), unroll);
  }
  // The least of steps() over sizes in [from, to], within this plateau.
  int64_t least_steps(int64_t from, int64_t to, int64_t unroll) const {
    if (trips == 1 || to / unroll * unroll >= from) return ceil_div(extent, unroll);
    return steps(to, unroll);  // as many steps in each full piece; the last one is the smallest
  }
};

}  // namespace tilewright
