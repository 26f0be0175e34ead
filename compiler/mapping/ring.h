// What a mapping asks of the ring: for traffic with external memory, where that is how it comes,
// and for sums over dims that are divided over cores.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/arch/system.h"
#include "compiler/mapping/rapid_dsc.h"

namespace tilewright {

// External memory stands at the chip's memory stops. A core is served from the nearest stop, by the
// shorter way: of two as short, the one that counts upwards, of two stops the first. A piece goes
// down each way once, however many cores on it take it.
struct RingLoad {
  int64_t pieces = 0;  // distinct ones over the most loaded link
  int64_t hops = 0;    // to the farthest core that takes one
  bool operator==(const RingLoad&) const = default;
};

// `by`: the dims that the pieces differ in. Core c stands at place c of the ring and works on the
// c-th slice (see CoreDivision); an empty slice takes nothing. Of the cores that differ in dims of
// `last` alone only the last one counts. All zero without memory stops.
RingLoad ring_load(const RapidDsc& dsc, DimSet by, const ChipTier& chip, DimSet last = 0);

// The cores that differ only in reduced dims form a group. Its members, in the order of their
// places on the ring, hand their sums on: in round k member k to member k + 1.
struct RingRound {
  int64_t messages = 0;  // over the most loaded link
  int64_t hops = 0;      // from a member to the next one
  bool operator==(const RingRound&) const = default;
};

// Groups are of one size; there is a round for each member but the last, so none where no dim of
// `reduction` is divided. Groups of empty slices hand nothing on.
std::vector<RingRound> reduction_rounds(const RapidDsc& dsc, DimSet reduction);

}  // namespace tilewright
