// How long instructions take, from what they touch and from the system's parameters.
#pragma once

#include <cstdint>

#include "backend/sim/plan.h"
#include "backend/sim/walker.h"

namespace tilewright::sim {

inline constexpr int64_t kMostCycles = int64_t{1} << 50;  // of one instruction; longer is cut

// latency + ceil(bytes / bandwidth); nothing for no bytes.
int64_t link_cycles(const Link& link, int64_t bytes);
// A transfer of the load unit, of so many bytes: into LRFs as long as each PE's part takes.
int64_t load_cycles(const System& system, const Transfer& transfer, const Registers& registers,
                    int64_t bytes, int64_t working);
// One core's transfer with the external memory.
struct ExternalTransfer {
  int64_t bytes = 0, longest_bytes = 0;  // of this core's piece, and of the longest one
  int64_t working = 1, sharing = 1;      // cores at work; those that fetch the same piece
  int64_t ring_pieces = 0, ring_hops = 0;
  bool store = false;
};
int64_t external_cycles(const ChipTier& chip, const ExternalTransfer& transfer);

// All rounds of a reduce, with messages of so many bytes.
int64_t ring_cycles(const Link& ring, const std::vector<RingPlan::Round>& rounds, int64_t bytes);

// Past Lx: alone, with 1/n of the memory.
int64_t past_lx_cycles(const ChipTier& chip, int64_t bytes, int64_t working, bool store);

// Time on a unit, and the bytes that go over the array's two links, or past Lx, meanwhile.
struct UnitWork {
  int64_t cycles = 0;
  int64_t in_bytes = 0, out_bytes = 0, external_bytes = 0;
};
UnitWork mac_work(const System& system, const PrecisionInfo& precision, const Mac& mac,
                  const Registers& registers);
UnitWork drain_work(const System& system, const InstructionPlan& plan, const Drain& drain,
                    const Registers& registers, int64_t working);
UnitWork elementwise_work(const System& system, const InstructionPlan& plan,
                          const Elementwise& elementwise, const Registers& registers);

}  // namespace tilewright::sim
