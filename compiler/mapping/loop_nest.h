// LoopNest: what a legal RapidDsc means for its layer, spelt out: loops, hops, buffers. The cost
// model prices it and the emitter turns it into programs; neither derives these facts again.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "compiler/arch/system.h"
#include "compiler/mapping/rapid_dsc.h"
#include "compiler/mapping/ring.h"
#include "compiler/mapping/slide.h"

namespace tilewright {

inline constexpr int64_t kPartialSumBytes = 4;  // FP32, in accumulators and in Lx
inline constexpr int64_t kPartialSumBits = 8 * kPartialSumBytes;

// One strip-mined loop: index = 0, step, 2*step, ... below the limit. The limit of a T loop is the
// core's share (the largest one here), that of a B loop the current tile (T here).
struct Loop {
  LoopRef ref;
  int64_t limit = 1;
  int64_t step = 1;
  int64_t trips = 1;  // ceil(limit / step) > 1
  bool operator==(const Loop&) const = default;
};

// One hop of one operand, between External and Lx (T stage) or between Lx and the array (B stage).
// What no B loop moves stays at the array until its tile in Lx is another one. At Place::Pe nothing
// stays: each block takes it anew.
struct Motion {
  int operand = 0;  // index in Work::operands
  Role role = Role::Inp;
  TransferType type = TransferType::DoubleBuffer;
  Place outer = Place::External, inner = Place::Lx;  // the ends farther from, nearer to the array
  bool store = false;                                // true for OUT
  DimSet moves = 0;            // dims of this stage's loops that the operand depends on
  int64_t buffers = 1;         // 2 when double-buffered, or streamed at the T stage
  std::vector<int64_t> steps;  // lattice step per axis of the operand, at this stage
  int64_t buffer_elems = 0;    // of one buffer: the unclipped footprint of T (or B)
  int64_t cell_bits = 0;       // of one element in the inner place
  int64_t link_bits = 0;       // per element, on the hop's link
  DimSet tile_moves = 0;       // dims of the T loops that the operand depends on
  // External memory at one end only:
  DimSet revisits = 0;  // of OUT: reduction loops outside its innermost one. Unless they are at
                        // their first index its partial sums come back, unless at their last they
                        // leave again, FP32 both
  int64_t pieces = 1;   // distinct ones among the cores (cores / multicast group)
  RingLoad ring;
  uint32_t run_axes = 0;       // bits of the operand's axes along which a box lies as one run of
                               // consecutive elements in external memory, whatever the tile
  std::optional<Slide> slide;  // where neighbouring tiles keep what they share in Lx
  bool operator==(const Motion&) const = default;
};

struct LoopNest {
  int64_t cores = 1;                   // that work: product of core parts
  Extents share;                       // the largest core share
  Extents unroll;                      // per dim: product of its factors in P
  Extents pe_unroll;                   // of those on rows, columns and corelets: one PE each
  std::vector<Loop> t_loops, b_loops;  // outermost first, only loops of several trips
  std::vector<Motion> external;        // in program order of the external link: loads, then OUT
  std::vector<Motion> inner;           // Array only: INP, KER, OUT
  // Reduction loops that leave OUT unfinished when its block (or, off the array, its tile) is
  // put away: all T loops, and B loops outside the innermost B loop that OUT moves with.
  DimSet t_partial = 0, b_partial = 0;
  // Where a reduced dim is divided over cores: how each tile of OUT is summed up over the ring
  // before it leaves. `finishes`: the last core of each group then does bias and epilogue.
  std::vector<RingRound> rounds;
  bool finishes = false;
  bool operator==(const LoopNest&) const = default;

  bool has_partial_sums() const { return t_partial != 0 || b_partial != 0 || !rounds.empty(); }
};

// Of the reduction loops among `loops` (outermost first), those outside the innermost one that an
// operand of such dims moves with.
DimSet unfinished(std::span<const Dim> loops, DimSet operand, DimSet reduction);

// `dsc` must be legal for `work` on `system`.
LoopNest lower(const Work& work, const System& system, const PrecisionInfo& precision,
               const RapidDsc& dsc);

// The nest as indented text, in the style "for out 0..512 step 128 [T]", hops at their place.
std::string print(const LoopNest& nest);

}  // namespace tilewright
