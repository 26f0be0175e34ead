// What one block takes of each unit, for all blocks of a tile: along each dim blocks are alike but
// for the last one, so that small tables hold every block. No order of loops is in them.
#pragma once

#include "costmodel/block_plan.h"
#include "costmodel/unit_times.h"

namespace tilewright {

// A block as bits: one for each dim along which it is the last one, and shorter than the others.
// Of a drain two more.
using BlockCode = unsigned;

struct BlockPieces {
  static constexpr BlockCode kBlocks = 1u << kDimCount;
  static constexpr BlockCode kLater = kBlocks;           // OUT's block was drained before
  static constexpr BlockCode kUnfinished = 2 * kBlocks;  // and will be again

  struct Load {
    int64_t cycles, bytes;
  };
  struct Drain {
    int64_t sfu, link, bytes;
    int64_t added;  // outputs, onto what was drained before
  };

  std::array<int64_t, kDimCount> trips;   // blocks along each dim
  std::array<BlockCode, kDimCount> edge;  // the dim's bit; 0: all its blocks are as long
  BlockCode codes;                        // all codes are below
  Extents full, last;                     // of blocks along each dim
  // Filled up to `codes`; of drains those that were asked for.
  std::array<int64_t, kBlocks> array;  // cycles without fill
  std::array<std::array<Load, kBlocks>, 2> loads;
  std::array<Drain, 4 * kBlocks> drains;

  int64_t array_cycles(BlockCode code) const { return array[code % kBlocks]; }
  const Load& load(size_t x, BlockCode code) const { return loads[x][code % kBlocks]; }
};

// Everything but the drains, of a tile of at least one point.
void make_pieces(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
                 const BlockPlan& plan, const Extents& tile);
// The drains of all blocks at such visits (of kLater and kUnfinished).
void make_drains(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
                 const BlockPlan& plan, BlockCode visit);

}  // namespace tilewright
