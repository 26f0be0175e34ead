// One loop nest with every one of its states, in order.
#pragma once

#include <algorithm>
#include <vector>

#include "compiler/mapping/loop_nest.h"
#include "compiler/support/math.h"

namespace tilewright::test {

using Indices = std::vector<std::vector<int64_t>>;  // per state of a nest, per loop

inline Indices all_states(const std::vector<int64_t>& trips) {
  Indices states = {{}};
  for (int64_t n : trips) {
    Indices finer;
    for (const auto& outer : states)
      for (int64_t k = 0; k < n; ++k) {
        finer.push_back(outer);
        finer.back().push_back(k);
      }
    states = finer;
  }
  return states;
}

// One nest with its states in order.
struct Walk {
  std::vector<Loop> loops;
  Indices states;

  Walk(std::vector<Loop> of, const Extents& limit) {
    std::vector<int64_t> trips;
    for (const Loop& loop : of) {
      const int64_t n = ceil_div(limit[loop.ref.dim], loop.step);
      if (n < 2) continue;
      loops.push_back(loop);
      trips.push_back(n);
    }
    states = all_states(trips);
  }
  bool same(size_t a, size_t b, DimSet moves) const {
    for (size_t l = 0; l < loops.size(); ++l)
      if (contains(moves, loops[l].ref.dim) && states[a][l] != states[b][l]) return false;
    return true;
  }
  bool enters(size_t s, DimSet moves) const { return s == 0 || !same(s, s - 1, moves); }
  bool leaves(size_t s, DimSet moves) const {
    return s + 1 == states.size() || !same(s, s + 1, moves);
  }
  // Whether all loops over `dims` stand at their first (last) index.
  bool at_first(size_t s, DimSet dims) const { return at_end(s, dims, states.front()); }
  bool at_last(size_t s, DimSet dims) const { return at_end(s, dims, states.back()); }
  Extents position(size_t s) const {
    Extents pos;
    for (size_t l = 0; l < loops.size(); ++l) pos[loops[l].ref.dim] = states[s][l] * loops[l].step;
    return pos;
  }
  Extents extent(size_t s, const Extents& limit) const {
    const Extents pos = position(s);
    Extents ext = limit;
    for (const Loop& loop : loops) {
      const Dim d = loop.ref.dim;
      ext[d] = std::clamp<int64_t>(limit[d] - pos[d], 0, loop.step);
    }
    return ext;
  }

 private:
  bool at_end(size_t s, DimSet dims, const std::vector<int64_t>& end) const {
    for (size_t l = 0; l < loops.size(); ++l)
      if (contains(dims, loops[l].ref.dim) && states[s][l] != end[l]) return false;
    return true;
  }
};

}  // namespace tilewright::test
