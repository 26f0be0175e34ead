// What one block takes of each unit, for all blocks of a tile: along each dim blocks are alike but
// for the last one, so that small tables hold every block. No order of loops is in them.
#pragma once

#include "costmodel/block_plan.h"
#include "costmodel/unit_times.h"

namespace tilewright {

// A block: places in the tables of the array, INP, KER and OUT, eight bits each. A dim along which
// the last block is shorter has a bit in each of those that depend on it, set in that block.
using BlockCode = uint64_t;

struct BlockPieces {
  static constexpr BlockCode kLater = BlockCode{1} << 32;       // OUT's block was drained before,
  static constexpr BlockCode kUnfinished = BlockCode{1} << 33;  // and will be again

  struct Load {
    int64_t cycles, bytes;
  };
  struct Drain {
    int64_t sfu, link, bytes;
    int64_t added;  // outputs, onto what was drained before
  };

  int64_t array(BlockCode c) const { return array_cycles[c & 255]; }  // without fill
  const Load& load(size_t x, BlockCode c) const { return loads[x][c >> (8 * (x + 1)) & 255]; }
  const Drain& drain(BlockCode c) const { return drains[c >> 24]; }

  std::array<int64_t, kDimCount> trips;   // blocks along each dim
  std::array<BlockCode, kDimCount> edge;  // the dim's bits; 0: all its blocks are as long
  Extents full, last;                     // of blocks along each dim
  std::array<size_t, 4> sizes;            // of the tables that are filled
  std::array<int64_t, 256> array_cycles;
  std::array<std::array<Load, 256>, 2> loads;
  std::array<int64_t, 256> outputs;
  std::array<Drain, 1024> drains;         // by kLater and kUnfinished
  std::array<int64_t, 4> drains_of_bits;  // of those: made for so many per element; 0: not yet
};

// All but the drains, of a tile of at least one point. The plan's order says which dims have loops.
void make_pieces(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
                 const BlockPlan& plan, const Extents& tile);
// The drains at such visits (of kLater and kUnfinished), if they are not there.
void make_drains(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
                 const BlockPlan& plan, BlockCode visit);

}  // namespace tilewright
