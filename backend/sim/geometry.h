// Which points an instruction touches, from the registers that it sees; shared by times and data.
#pragma once

#include <cstdint>

#include "backend/sim/plan.h"

namespace tilewright::sim {

inline constexpr int64_t kMostPoints = int64_t{1} << 60;  // counts above are cut to this

// Points along an axis that are copied: those in [begin, count). Of these, those in [low, high) are
// inside the outer limit, the others padding.
struct AxisPoints {
  int64_t begin = 0, count = 0, low = 0, high = 0;
  int64_t first = 0;  // outer index of point 0
};

int64_t count_of(const Count& count, const Registers& registers);
// Of so many points of an axis, the first that is copied.
int64_t first_copied(const BoxAxis& axis, int64_t count, const Registers& registers);
// `start`: the core's slice where r0..r7 are to include its start, else null.
int64_t first_index(const AxisSide& side, const Registers& registers, const CoreSlice* start);
AxisPoints points_of(const BoxAxis& axis, const Registers& registers, const CoreSlice& slice,
                     bool outer_is_external);

// Of all points but the padding, in bytes of the outer cells.
int64_t transfer_bytes(const Transfer& transfer, const Registers& registers,
                       const CoreSlice& slice);
// Of a stream into the PEs: in each of the array's steps what that step takes.
int64_t streamed_bytes(const Transfer& transfer, const Registers& registers);
// Of a load into the LRFs: elements for each PE.
int64_t elems_per_pe(const Transfer& transfer, const Registers& registers);
// The same for external memory, where a run of consecutive elements takes whole granules.
int64_t external_bytes(const Transfer& transfer, const Registers& registers, const CoreSlice& slice,
                       int64_t granule);
// Of a drain's block in external memory, likewise.
int64_t drained_bytes(const Drain& drain, const LocalView& view, const Registers& registers,
                      int64_t granule);
bool runs_hold(const Drain& drain, const Registers& registers);
// Whether the points along the `run` axes do follow each other in external memory.
bool runs_hold(const Transfer& transfer, const Registers& registers, const CoreSlice& slice);
// Product of the extents of the eight registers from `first_register` whose dims are in `dims`.
int64_t extent_product(const Registers& registers, int first_register, uint8_t dims = 0xff);
int64_t operand_bytes(const SfuOperand& operand, const Registers& registers);

int64_t times(int64_t a, int64_t b);  // of numbers >= 0, cut to kMostPoints

}  // namespace tilewright::sim
