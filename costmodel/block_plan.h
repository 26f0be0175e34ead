// How one core works through the blocks of its tiles: all that the time of a body depends on beside
// the tile. A plain value of small arrays, so that a search can change it in place.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/loop_nest.h"
#include "compiler/support/divisor.h"

namespace tilewright {

// INP, KER, OUT of an array layer, laid flat; made once per layer. Of others nothing.
struct BlockOperands {
  static constexpr size_t kMaxAxes = kDimCount;
  struct Operand {
    DimSet dims = 0;
    size_t axes = 0;
    std::array<AxisTerms, kMaxAxes> axis;
  };
  std::array<Operand, 3> operands;
  DimSet reduction = 0;
  std::array<Dim, kDimCount> several{};  // dims of more than one index
  size_t several_count = 0;

  explicit BlockOperands(const Work& work);
  const Operand& out() const { return operands[2]; }
  std::span<const Dim> dims() const { return {several.data(), several_count}; }
};

struct BlockPlan {
  struct Hop {
    Place outer = Place::Lx, inner = Place::L0;
    TransferType type = TransferType::Stream;
    DimSet moves = 0;  // dims of `order` that the operand depends on
    int64_t link_bits = 0;
    uint32_t run_axes = 0;                                 // as in Motion
    std::array<int64_t, BlockOperands::kMaxAxes> steps{};  // lattice step per axis
  };
  std::array<Hop, 3> hops;             // INP, KER, OUT
  DimMap<Divisor> unroll, pe_unroll;   // as in LoopNest
  std::array<Dim, kDimCount> order{};  // of the block loops, outermost first
  int loops = 0;
  Extents block;  // of the dims in `order`; of others the tile's extent
  // Where blocks are of some size from `block` to this one: what comes out is a lower bound.
  Extents largest;
  DimSet partial = 0;    // as LoopNest::b_partial
  bool divided = false;  // a reduced dim is divided over cores: no drain finishes OUT
  int64_t cores = 1;     // that share external memory

  std::span<const Dim> loop_dims() const { return {order.data(), static_cast<size_t>(loops)}; }
};

// Of a lowered mapping.
BlockPlan block_plan(const LoopNest& nest);

void set_unroll(BlockPlan& plan, const Extents& unroll, const Extents& pe_unroll);
// Blocks of a new shape: extents of all dims.
void set_block(BlockPlan& plan, const BlockOperands& operands, const Extents& block);
// Of some shape between two, neither larger than any tile's.
void set_blocks(BlockPlan& plan, const BlockOperands& operands, const Extents& least,
                const Extents& largest);
// Another order of loops (each of several trips), in a precision of `bits`. OUT has cells of
// partial sums in Lx where sums are ever put there unfinished; `wide`: some are, whatever the
// blocks do.
void set_order(BlockPlan& plan, const BlockOperands& operands, std::span<const Dim> order,
               int64_t bits, bool wide);

}  // namespace tilewright
