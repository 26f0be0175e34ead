// Why a mapping is illegal: data with both numbers, from one table.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/arch/system.h"
#include "compiler/mapping/rapid_dsc.h"

namespace tilewright {

// Number, kebab-case name, what `required` and `available` count, unit.
#define TILEWRIGHT_REJECTIONS(X)                                                                   \
  X(R01, WorkMismatch, "work-mismatch", "N of the mapping must equal the layer's extent", "")      \
  X(R02, ChipsDivided, "chips-divided", "parts over chips, more than this version maps", "parts")  \
  X(R03, PartsExceedDim, "parts-exceed-dim", "parts of a dim cannot exceed its extent", "parts")   \
  X(R04, PartsExceedCores, "parts-exceed-cores", "parts in all cannot exceed the cores", "cores")  \
  X(R05, ReductionDivided, "reduction-divided",                                                    \
    "each part of a divided reduced dim must hold some of it", "parts")                            \
  X(R06, RingOrder, "ring-order", "ring_order must name each divided dim once", "dims")            \
  X(R07, TileExceedsShare, "tile-exceeds-share", "T must lie in [1, the largest core share]",      \
    "indices")                                                                                     \
  X(R08, BlockExceedsTile, "block-exceeds-tile",                                                   \
    "B must lie in [1, T] (and equal T off the array)", "indices")                                 \
  X(R09, AxisDim, "axis-dim", "the system does not lay this dim along this array axis", "")        \
  X(R10, AxisExtent, "axis-extent", "unrolling exceeds the axis of the array", "places")           \
  X(R11, AxisCombination, "axis-combination",                                                      \
    "a dim once per axis, none off the array; sums at the columns: reduced dims along rows alone", \
    "dims")                                                                                        \
  X(R12, LoopOrder, "loop-order", "loop_order must list each loop of several trips once, T first", \
    "loops")                                                                                       \
  X(R13, PartialSumsStream, "partial-sums-stream",                                                 \
    "OUT that leaves Lx unfinished, for a reduction loop of T outside, cannot stream", "loops")    \
  X(R14, Operands, "operands", "data_structures must list the layer's operands in order",          \
    "operands")                                                                                    \
  X(R15, TransferRoute, "transfer-route",                                                          \
    "an operand's hops do not lead where its layer needs them", "hops")                            \
  X(R16, TransferType, "transfer-type", "this hop cannot have this type", "")                      \
  X(R17, TransferLoop, "transfer-loop",                                                            \
    "a hop sits at the innermost loop that its operand moves with", "")                            \
  X(R18, LxCapacity, "lx-capacity", "tiles in Lx", "bytes")                                        \
  X(R19, L0Capacity, "l0-capacity", "blocks in L0 of one corelet", "bytes")                        \
  X(R20, LrfCapacity, "lrf-capacity", "blocks in the LRF of one PE", "bytes")                      \
  X(R21, AccCapacity, "acc-capacity", "partial sums of one lane", "accumulators")                  \
  X(R22, CompPrimitives, "comp-primitives", "comp_primitives must be those of the layer",          \
    "members")                                                                                     \
  X(R23, Home, "home", "operands live in external memory, row-major, in this version", "")         \
  X(R24, PartialSumsDivided, "partial-sums-divided",                                               \
    "OUT of a divided reduction is summed up in Lx: no reduction loop of T stands outside, and "   \
    "it does not bypass Lx",                                                                       \
    "loops")                                                                                       \
  X(R25, BypassAlone, "bypass-alone",                                                              \
    "one operand may bypass Lx, the tiles of the others are then block-loaded", "operands")        \
  X(R26, BypassPadding, "bypass-padding", "an operand with padding cannot bypass Lx", "indices")   \
  X(R27, BypassStops, "bypass-stops",                                                              \
    "no operand bypasses Lx where external memory enters at stops of the ring", "stops")           \
  X(R28, Slide, "slide",                                                                           \
    "a tile that slides must keep some of the one before, along the one axis that its loop moves", \
    "points")

enum class RejectionCode : uint8_t {
#define X(number, id, name, text, unit) id,
  TILEWRIGHT_REJECTIONS(X)
#undef X
};

struct Rejection {
  RejectionCode code = RejectionCode::WorkMismatch;
  std::optional<Role> role;
  std::optional<LoopRef> loop;  // stage and dim, where one is meant
  std::optional<Dim> dim;
  int64_t required = 0;   // what the mapping asks for
  int64_t available = 0;  // what there is
  bool operator==(const Rejection&) const = default;
};

// "R18 lx-capacity: tiles in Lx: required 1180000 bytes, available 1048576"
std::string to_string(const Rejection& rejection);

// Whether the mapping is legal: the first rule it breaks, cheapest rules first; no allocation when
// legal. `precision` names an entry of system.precisions.
std::optional<Rejection> first_rejection(const Work& work, const System& system,
                                         const PrecisionInfo& precision, const RapidDsc& dsc);

// Every rule it breaks; empty when legal.
std::vector<Rejection> rejections(const Work& work, const System& system,
                                  const PrecisionInfo& precision, const RapidDsc& dsc);

}  // namespace tilewright
