// One division over the cores, and what each tile size along each dim means under it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "costmodel/odometer.h"
#include "dse/balanced/tile_sums.h"
#include "dse/problem.h"

namespace tilewright::balanced {

// Tile indices along one dim that agree in extent and in the elements of every operand.
struct TileClass {
  int64_t ext = 1;
  int64_t count = 0;
  // Per operand: elements inside the tensor along the axes that this dim carries, on the core that
  // has most.
  std::array<int64_t, kMostOperands> factor{};

  bool alike(const TileClass& other) const { return ext == other.ext && factor == other.factor; }
};

// One tile size along one dim.
struct DimTile {
  int64_t tile = 1, trips = 1;
  std::vector<TileClass> classes;
  struct Run {
    int64_t begin = 0;
    size_t of = 0;  // index in `classes`
  };
  std::vector<Run> runs;          // ascending; the first begins at 0
  std::vector<IndexClass> kinds;  // [T2]: runs whose neighbours on both sides are alike, too
  std::vector<int64_t> steps;  // per Problem::unroll_values: sum over tiles of ceil(ext / unroll)

  size_t class_at(int64_t index) const {
    size_t r = runs.size() - 1;
    while (runs[r].begin > index) --r;
    return runs[r].of;
  }
};

// A tile size per dim, as indices in Division::tiles.
using TileChoice = std::array<uint32_t, kDimCount>;

struct Division {
  Division(const Problem& problem, const Extents& parts_in);

  Extents parts, share;
  std::array<int64_t, kMostOperands> pieces{};
  std::array<int64_t, kMostOperands> constant{};      // elements along axes that no dim carries
  std::array<std::vector<DimTile>, kDimCount> tiles;  // by rising trips; the first is whole
  // Of each of `tiles`; nothing where the objective does not count energy.
  std::array<std::vector<TileSums>, kDimCount> sums;
  std::array<bool, kMostOperands> monotone{};  // smaller tiles never fetch less in all
  Measure bound = 0;                           // no mapping with this division takes less

  // Adds the tiles of at most `trips` trips along each dim.
  void extend(const Problem& problem, int64_t trips);

  const DimTile& tile(const TileChoice& choice, Dim d) const {
    const auto k = static_cast<size_t>(d);
    return tiles[k][choice[k]];
  }
  // No external slot of operand x for tiles of the given classes takes less.
  int64_t slot(const Problem& problem, size_t x, int64_t elems) const {
    return problem.times.external(packed_bytes(elems, problem.precision.bits), pieces[x],
                                  x == problem.out);
  }
  const TileSums& sum(const TileChoice& choice, size_t k) const { return sums[k][choice[k]]; }
  // Sum of the operand's slots over all tiles of its own dims, each fetched once.
  int64_t slot_sum(const Problem& problem, size_t x, const TileChoice& choice) const;
  // Slot of the first (last) tile.
  int64_t end_slot(const Problem& problem, size_t x, const TileChoice& choice, bool last) const;
  // The choice of such a tile, which must be among `tiles`.
  TileChoice choice(const Extents& tile) const;
  // The nominal tile.
  Extents extents(const TileChoice& choice) const;

 private:
  void add_tile(const Problem& problem, Dim d, int64_t tile);
  bool axis_monotone(const Problem& problem, const AccessAxis& axis) const;
  int64_t reached_ = 0;
  std::array<std::vector<int64_t>, kDimCount> candidates_;
};

}  // namespace tilewright::balanced
