// Who hands its sums on to whom over the ring, and what that asks of the links.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/isa/program.h"

namespace tilewright::sim {

struct RingPlan {
  struct Round {
    int64_t messages = 0;  // over the fullest link of either direction
    int64_t hops = 0;      // of the farthest message
  };
  std::vector<std::vector<int>> groups;  // cores, in the order of their places
  std::vector<Round> rounds;
};

// Groups are the cores that differ in no dim outside `over`; those of empty slices are left out.
RingPlan ring_plan(const std::vector<CoreSlice>& cores, uint8_t over, int64_t ring_cores);

}  // namespace tilewright::sim
