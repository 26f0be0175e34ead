// What every mapping with a tile in a box takes at least, whatever its orders, hops, dataflow and
// blocks. Bounds Q1 and Q2 of README.md.
#pragma once

#include <optional>

#include "dse/audit/window.h"

namespace tilewright::audit {

// Sizes from lo to hi along each dim.
struct Box {
  Extents lo = Extents::filled(1), hi;
  bool is_point() const { return lo == hi; }
};

// How such a box cuts [0, n) along one dim.
struct Cut {
  int64_t trips = 1;      // pieces, at least
  bool decided = false;   // all sizes make as many
  bool may_loop = false;  // some size makes several
  int64_t last = 1;       // indices of the last piece, at least
};
Cut cut_of(int64_t n, int64_t lo, int64_t hi);
// The least size that makes as many pieces of n as `size` does.
int64_t least_alike(int64_t n, int64_t size);
// Sum over the pieces of ceil(piece / unroll), at least.
int64_t least_steps(int64_t n, int64_t lo, int64_t hi, int64_t unroll);

class TileBound {
 public:
  TileBound(const Layer& layer, const Shares& shares);

  struct Least {
    int64_t cycles = INT64_MAX;
    // By the loop of T that is the innermost: of the whole, and of that what waits for no body.
    DimMap<int64_t> with, slots;
  };
  Least of(const Box& box) const;

  // Bytes that the smallest tile takes in Lx with one buffer of each operand.
  int64_t lx_bytes(const Box& box) const;

 private:
  struct Moved {
    int64_t latency = 0, bits = 0;  // of slots at External
    int64_t loads = 0, elems = 0;   // that follow into the array
  };
  using Cuts = DimMap<Cut>;
  static void add(Moved& to, const Moved& more, int64_t times);
  int64_t elems(size_t x, const Box& box, const Cuts& cuts) const;
  Moved fetched(size_t x, const Box& box, const Cuts& cuts) const;
  Moved moved(size_t x, const Moved& fetched, const Cuts& cuts, bool again) const;
  int64_t slots(const Moved& all) const;
  int64_t loads(const Moved& all) const;
  int64_t first_slots(const Box& box) const;
  int64_t last_slot(const Cuts& cuts) const;
  int64_t over_ring(const Cuts& cuts) const;
  int64_t all_bodies(const Box& box, const Cuts& cuts) const;
  int64_t last_body(const Cuts& cuts, std::optional<Dim> innermost) const;
  int64_t beside_last_body(const Box& box, const Cuts& cuts) const;

  const Layer& layer_;
  const Shares& shares_;
  struct Axes {
    int64_t plain = 1;  // points of a share along the axes that are no windows
    std::vector<Window> windows;
  };
  std::array<Axes, kMostOperands> axes_;
};

}  // namespace tilewright::audit
