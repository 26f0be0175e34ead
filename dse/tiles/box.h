// Boxes of tile sizes under one division, and bounds of every mapping with a tile in them.
#pragma once

#include <array>
#include <vector>

#include "dse/blocks/plateau.h"
#include "dse/tiles/division.h"

namespace tilewright {

// T lies in [lo, hi] along each dim.
struct TileBox {
  std::array<int32_t, kDimCount> lo{}, hi{};

  static TileBox all(const DimMap<Range>& tiles) {
    TileBox box;
    for (size_t k = 0; k < kDimCount; ++k) {
      box.lo[k] = static_cast<int32_t>(tiles.values[k].least);
      box.hi[k] = static_cast<int32_t>(tiles.values[k].most);
    }
    return box;
  }
  bool is_point() const { return lo == hi; }
  Extents smallest() const {
    Extents t;
    for (size_t k = 0; k < kDimCount; ++k) t.values[k] = lo[k];
    return t;
  }
};

class TileBounds {
 public:
  TileBounds(const Problem& problem, const Division& division);

  // No mapping with a tile of the box takes fewer cycles.
  int64_t cycles(const TileBox& box, Bypass past_lx) const {
    return by_innermost(box, past_lx).least;
  }
  // The same for those in which a certain loop of T is the innermost; INT64_MAX where it cannot be.
  struct ByInnermost {
    std::array<int64_t, kDimCount> loop;
    std::array<int64_t, kDimCount> slots;  // of it, what needs no body: external slots and the like
    int64_t least = 0;
  };
  ByInnermost by_innermost(const TileBox& box, Bypass past_lx) const;

  // The dataflows that matter, by rising array cycles of whole tiles.
  const std::vector<const UnrollClass*>& unrolls() const { return unrolls_; }

 private:
  struct Cut {
    int64_t trips = 1;   // at least
    bool fixed = false;  // all sizes of the box make as many
    bool may_loop = false;
    int64_t last = 1;  // the last tile, at least
  };
  using Cuts = std::array<Cut, kDimCount>;

  // What some loop order moves in all: slots over the external link, and what follows into the
  // array of one core, from Lx or past it.
  struct Moved {
    int64_t latencies = 0, bits = 0;
    int64_t loads = 0, elems = 0;
    int64_t past_latencies = 0, past_bits = 0;  // of one core's share of external memory
    void add(const Moved& other);
    void multiply(int64_t n);
  };

  Cuts cuts(const TileBox& box) const;
  int64_t elems_in_all(size_t x, const TileBox& box, const Cuts& cuts) const;
  int64_t first_slots(const TileBox& box) const;
  int64_t last_slot(const Cuts& cuts) const;
  int64_t over_ring(const Cuts& cuts) const;
  // Of operand x: with each tile fetched once; anew with each round of the loops that do not move
  // it.
  void moved(size_t x, const TileBox& box, const Cuts& cuts, Moved& once, Moved& again) const;
  // The same of what bypasses Lx.
  void moved_past_lx(size_t x, const TileBox& box, const Cuts& cuts, Moved& once,
                     Moved& again) const;
  int64_t distinct_elems(size_t x, const TileBox& box, const Cuts& cuts) const;
  int64_t most_held(size_t x) const;
  int64_t past_lx(const Moved& all) const;
  int64_t into_array(const Moved& all) const;
  int64_t array_cycles(const TileBox& box, const Cuts& cuts) const;
  int64_t last_loads(Dim innermost, const Cuts& cuts) const;
  int64_t least_last_body(const Cuts& cuts) const;
  int64_t hidden_store(const TileBox& box, const Cuts& cuts) const;

  const Problem& problem_;
  const Division& division_;
  std::vector<const UnrollClass*> unrolls_;  // by rising array cycles of whole tiles
  std::vector<int64_t> whole_steps_;         // of each
  int64_t points_ = 1;                       // of a core's share
};

}  // namespace tilewright
