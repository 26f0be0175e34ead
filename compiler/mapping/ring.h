// What an operand's traffic with external memory asks of the ring, when that is how it comes.
#pragma once

#include <cstdint>

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
// c-th slice (see CoreDivision); an empty slice takes nothing. All zero without memory stops.
RingLoad ring_load(const RapidDsc& dsc, DimSet by, const ChipTier& chip);

}  // namespace tilewright
