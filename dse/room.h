// What fits the memories: tiles in Lx, blocks at the array. By the rules of
// compiler/mapping/capacity.h.
#pragma once

#include <array>
#include <vector>

#include "dse/problem.h"

namespace tilewright {

// Bytes that a tile takes in Lx, with two buffers of the operands of `doubled` (bits) and OUT in
// cells of `out_cell` bits.
int64_t lx_bytes(const Problem& problem, const Extents& tile, unsigned doubled, int64_t out_cell,
                 Bypass past_lx = {});

// Bytes of a mapping, which must be legal.
int64_t lx_bytes(const Problem& problem, const RapidDsc& dsc);
// The least that a mapping with such a tile, or a larger one, takes.
inline int64_t least_lx_bytes(const Problem& problem, const Extents& tile, Bypass past_lx = {}) {
  return lx_bytes(problem, tile, 0, problem.precision.bits, past_lx);
}

// All numbers of bytes that mappings with such a tile can take, and some more: ascending.
std::vector<int64_t> ways_to_fill_lx(const Problem& problem, const Extents& tile, Bypass past_lx);

// Sets of operands of `movable` that may have two buffers beside those of `doubled` that have, none
// of which fits with one more in Lx, and in `room` bytes of it.
std::vector<unsigned> largest_doubled(const Problem& problem, const Extents& tile, unsigned movable,
                                      int64_t out_cell, unsigned doubled = 0, Bypass past_lx = {},
                                      int64_t room = INT64_MAX);

// What one buffer of INP, KER and OUT each takes of a block where it sits: bytes of L0 or LRF, or
// accumulators of a lane; nothing of what streams into the PEs.
std::array<int64_t, 3> array_needs(const Problem& problem, const ArrayWork& p, const Places& places,
                                   const Extents& block);
// Whether so many buffers of such needs fit.
bool fits_array(const Problem& problem, const Places& places, const std::array<int64_t, 3>& needs,
                const std::array<int64_t, 3>& buffers);

// A dataflow of the class, with operands at such places, that has room for so many buffers (of INP,
// KER, OUT) of a block: its index in Problem::flows, -1 if there is none.
int flow_that_fits(const Problem& problem, const UnrollClass& unroll, const Places& places,
                   const Extents& block, const std::array<int64_t, 3>& buffers);

}  // namespace tilewright
