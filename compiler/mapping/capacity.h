// What a mapping takes of each memory, by the rules that legality and the emitter share.
#pragma once

#include <cstdint>

#include "compiler/mapping/loop_nest.h"

namespace tilewright {

// Buffers in Lx start at multiples of this.
inline constexpr int64_t kLxAlignBytes = 64;

struct Capacity {
  int64_t lx_bytes = 0;      // of one core
  int64_t l0_bytes = 0;      // of one corelet
  int64_t lrf_bytes = 0;     // of one PE
  int64_t accumulators = 0;  // of one lane at the foot of a column
  bool operator==(const Capacity&) const = default;
};

// Bytes that `buffers` copies of a tile take in Lx: each packed into whole bytes, all aligned.
int64_t lx_buffer_bytes(int64_t elems, int64_t cell_bits, int64_t buffers);
// The same of an external motion. A Move holds its INP tile only, and stores from it.
int64_t lx_buffer_bytes(const Work& work, const Motion& motion);

// What one buffer of one operand's block takes at the array: elements in L0 of one corelet, in the
// LRF of one PE, or accumulators of one lane.
int64_t block_elems(const Operand& operand, const ArrayWork& p, const Extents& block, Place inner);

// L0: each corelet holds the part of a block that its share of the corelet axis touches. LRF: each
// PE holds what its row, column and corelet touch, for all its lanes. Accumulators: one lane holds
// the outputs that columns, lanes and corelets leave to it. What streams into the PEs takes
// nothing.
Capacity capacity(const Work& work, const RapidDsc& dsc, const LoopNest& nest);

}  // namespace tilewright
