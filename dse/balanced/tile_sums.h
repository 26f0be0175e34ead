// What the tiles of one size along one dim add up to over all cores: the factors of what a mapping
// moves and reads in all. Products over dims give the sums over all tiles.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dse/problem.h"

namespace tilewright::balanced {

// Tiles of one extent.
struct TileCount {
  int64_t ext = 1;
  int64_t all = 0, first = 0;  // how many, and how many of them are the first of their slice
};

// The term of an axis whose tiles are chosen freely; the other one, if any, is taken whole.
size_t carrier(const Problem& problem, const AccessAxis& axis);

struct TileSums {
  TileSums(const Problem& problem, const Extents& parts, Dim dim, int64_t tile);

  std::vector<TileCount> counts;
  int64_t all = 0, first = 0;
  // Of each operand, along the axes that this dim carries: elements inside the tensor, a slice that
  // several cores share once; and at least how many every core brings to its array, if each tile is
  // brought once.
  std::array<int64_t, kMostOperands> inside{}, at_array{};
  // Sums of ceil(ext / u), per Problem::unroll_values and lane_values.
  std::vector<int64_t> steps, lane_steps;
  // Points at least that stream into PEs along an axis that this dim carries, per
  // Problem::axis_unrolls.
  struct Streamed {
    size_t operand = 0, axis = 0;
    std::vector<int64_t> points;
  };
  std::vector<Streamed> streamed;
};

// Tiles of [0, n) along one dim, by extent.
std::vector<TileCount> tile_counts(int64_t n, int64_t parts, int64_t tile);

}  // namespace tilewright::balanced
