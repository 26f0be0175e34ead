// The energy of the bodies of one division and tile, over all cores, by dataflow, block and order.
// [E2] to [E5] of costmodel/README.md, as sums over tiles and blocks along each dim: exact where
// elements take whole bytes, else without what rounding up adds to each transfer.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "dse/balanced/division.h"

namespace tilewright::balanced {

class BlockEnergy {
 public:
  // `profiles`: those of the tile loops of several trips.
  BlockEnergy(const Problem& problem, const Division& division, const Extents& tile,
              const std::vector<OrderProfile>& profiles);

  // Goes on to another block; the next calls of of() are about it.
  void take(const UnrollClass& unroll, const Places& places, const Extents& block);
  // Femtojoules of all bodies with such an order of block loops, for each profile.
  void of(const std::vector<Dim>& order, std::vector<int64_t>& per_profile) const;

 private:
  // Tiles along one dim whose block loop has one trip in them, and the others.
  enum Trips : uint8_t { kOne, kSeveral };
  struct Cut {
    int64_t tiles = 0, first = 0;  // as in TileSums
    int64_t blocks = 0;
  };
  using Kinds = std::array<Trips, kDimCount>;

  // Tiles along one dim whose block loop has so many trips in them.
  template <class Each>
  void for_tiles(size_t k, Trips trips, Each&& each) const;
  int64_t reads(const UnrollClass& unroll, const Places& places) const;
  int64_t steps(size_t k, int64_t shared) const;  // sum over blocks of ceil(extent / shared)
  int64_t axis_points_of(size_t x, size_t axis, const Kinds& kinds) const;
  int64_t own_elems(size_t x, const Kinds& kinds) const;
  void add_kinds(const std::vector<Dim>& order, const Kinds& kinds,
                 std::vector<int64_t>& per_profile) const;
  int64_t drained(int depth, const std::vector<Dim>& order, const Kinds& kinds) const;

  const Problem& problem_;
  const std::vector<OrderProfile>& profiles_;
  Extents tile_;
  bool partial_tiles_ = false;
  std::array<const std::vector<TileCount>*, kDimCount> counts_{};

  const UnrollClass* unroll_ = nullptr;
  Places places_{};
  Extents block_;
  DimSet loops_ = 0;  // block loops of several trips in the nominal tile
  std::array<std::array<Cut, 2>, kDimCount> dims_{};  // by Trips
  std::vector<Kinds> kinds_;                          // that occur
  std::vector<std::array<int64_t, 2>> own_elems_;     // of each, of INP and KER
  int64_t reads_ = 0;
};

}  // namespace tilewright::balanced
