// The body of one tile: the block (B) loops on one core. Equations [B1] - [B4] of README.md.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "costmodel/block_pieces.h"
#include "costmodel/cost.h"
#include "costmodel/unit_times.h"

namespace tilewright {

// What a tile's body depends on.
struct TileShape {
  Extents ext;        // of the tile
  bool first = true;  // no reduction loop of T is past its first index: OUT starts anew
  bool final = true;  // every reduction loop of T is at its last index: OUT is finished
  // Inner motions (bits) whose operand's tile is not the one of the state before. The others need
  // no new copy at the array unless some B loop moves them.
  unsigned fresh = ~0u;
  bool operator==(const TileShape&) const = default;
};

struct BodyCost {
  Cost cost;  // array-busy cycles stand under MacCompute, whole; the layer splits them
  int64_t array_in_bytes = 0, array_out_bytes = 0;
  int64_t lrf_bytes = 0, pe_bytes = 0;  // those of array-in that end in LRFs or PEs
  int64_t external_bytes = 0;           // of what bypasses Lx
  int64_t added = 0;                    // outputs that a drain adds to what was drained before
};

// [B2] One step of the block nest: what comes before the block and what runs beside it, by inner
// motion (INP, KER).
struct BlockStep {
  std::array<int64_t, 2> blocking{}, beside{};
  int64_t array = 0;                      // without fill
  int64_t drain_sfu = 0, drain_link = 0;  // of the block that is drained meanwhile, if any
  bool drain_external = false;            // over external memory instead of array-out
};
// Before the first step: loads of what is double-buffered at the array (INP, KER).
std::array<int64_t, 2> first_block_loads(const Work& work, const UnitTimes& times,
                                         const LoopNest& nest, const TileShape& tile);
// The first steps on a tile, at most so many, in order.
std::vector<BlockStep> first_block_steps(const Work& work, const UnitTimes& times,
                                         const LoopNest& nest, const TileShape& tile, int64_t most);

// Array layers: cycles of the pipeline over blocks, drained at the end. Nothing is allocated.
int64_t body_cycles(const BlockOperands& operands, const UnitTimes& times, const BlockPlan& plan,
                    const TileShape& tile);
// The same for many orders and types of hops of one block: `pieces` were made for that block, its
// unrolling and places, and this tile of at least one point; they gather drains.
int64_t body_cycles(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
                    const BlockPlan& plan, const TileShape& tile);

// The same for several choices of types at once (at most kMostBlockTypes), in place of the plan's;

using BlockTypes = std::array<TransferType, 3>;  // INP, KER, OUT
inline constexpr size_t kMostBlockTypes = 18;
void body_cycles(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
                 const BlockPlan& plan, const TileShape& tile, std::span<const BlockTypes> types,
                 std::span<int64_t> cycles);

// The same in full, of a lowered mapping.
BodyCost block_nest_cost(const Work& work, const UnitTimes& times, const LoopNest& nest,
                         const TileShape& tile);

// SFU layers: one element-wise instruction on the tile.
BodyCost elementwise_cost(const Work& work, const UnitTimes& times, const LoopNest& nest,
                          const TileShape& tile);

// The body of any layer; nothing for Move.
BodyCost body_cost(const Work& work, const UnitTimes& times, const LoopNest& nest,
                   const TileShape& tile);

}  // namespace tilewright
