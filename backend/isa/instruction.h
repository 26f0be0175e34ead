// The instructions of a core's units. Every unit has its own stream; streams meet only at
// semaphores. No instruction carries a duration: times follow from operands and system parameters.
//
// A core has four streams: `ext` (external memory <-> Lx), `load` (Lx -> L0, LRF), `pe` (arrays),
// `sfu` (accumulators -> Lx, and element-wise work on Lx).
//
// Each stream has index registers r0..r15, each a position and an extent. r0..r7 serve the tile
// loops over dims mb grp out in i j ki kj, r8..r15 the block loops over the same dims (see Nest).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "backend/isa/operands.h"
#include "compiler/ir/expr.h"

namespace tilewright {

enum class Unit : uint8_t { Ext, Load, Pe, Sfu };
inline constexpr int kUnits = 4;

// Hardware loops: an odometer over `loops`, outermost first. `trips` > 0 is the number of rounds,
// equal on every core, even where a core's own slice ends sooner (extent 0 then). trips == 0:
// ceil(limit / step) rounds. Limits: of r0..r7 the core's slice of the dim, of r8..r15 the extent
// of the register eight below. Position runs 0, step, 2*step, ...; extent is
// min(step, limit - position), at least 0. Registers in no open nest hold position 0 and, as
// extent, their limit. A nest over r8..r15, or one without loops inside another, runs no round
// where any extent of r0..r7 is 0: an empty tile has no blocks.
struct LoopSpec {
  int32_t reg = 0;
  int64_t step = 1;
  int64_t trips = 0;
  bool operator==(const LoopSpec&) const = default;
};
struct Nest {
  std::vector<LoopSpec> loops;  // empty: one round
  bool operator==(const Nest&) const = default;
};
// Closes the last open nest.
struct EndNest {
  bool operator==(const EndNest&) const = default;
};

struct Signal {
  int32_t semaphore = 0;
  bool operator==(const Signal&) const = default;
};
// Waits until the semaphore was signalled once more than it was waited for so far; passes
// system.core.semaphore_cycles after that signal at the earliest.
struct Wait {
  int32_t semaphore = 0;
  bool operator==(const Wait&) const = default;
};
// Waits until the unit's own link has finished everything issued to it (after streams).
struct Join {
  bool operator==(const Join&) const = default;
};

// Copies a box. Padding points take no bandwidth and become `fill` in the inner place (loads only).
// On `ext` it uses the external memory in lockstep with the other cores: it starts when all working
// cores have come to it, and lasts as long as the slowest of them needs, each with its 1/n of the
// bandwidth, or m/n where m cores fetch the same piece: cores whose slices differ in no dim outside
// `multicast` (bits of dims). Points along the axes that are `run` follow each other in external
// memory, and each such run takes whole granules. Where the chip has memory stops the pieces come
// over the ring, too: each down the shorter way from the nearest stop, once per way, in slots as
// long as the longest piece needs. A store turns the memory around; of its `multicast` groups the
// last core alone stores. On `load` it uses the array-in link, or, past Lx, the core's own 1/n of
// the external memory.
// A spread transfer (`spread` = true, `ext` only, at Next or Previous) is cut into as many equal
// slots as there are states from one that enters `when.mask` to the next such: each state moves one
// part of the box of the state that enters next (of the state that was left last), each slot as
// long as bytes / slots, rounded up, need. The box counts as moved with the last part.
// `unroll` is for loads into LRFs how many indices of each dim neighbouring PEs differ in: each PE
// takes its own part, and no such load takes less than system.array.lrf_load_cycles per element of
// it. For streams into PEs it is what the array does at once, as in Mac: its elements come anew in
// each of the array's steps, and every step once.
// A stream (`stream` = true, `load` only) does not hold up its own stream of instructions: the link
// is busy behind what was issued before, and its consumer may run meanwhile.
struct Transfer {
  When when;
  bool store = false;  // inner -> outer
  bool stream = false;
  Buffer outer, inner;
  std::vector<BoxAxis> axes;
  float fill = 0;
  uint8_t multicast = 0;
  bool spread = false;
  std::array<int64_t, 8> unroll{1, 1, 1, 1, 1, 1, 1, 1};
  bool operator==(const Transfer&) const = default;
};

// acc[x] += inp[x] * ker[x] over the extents of r8..r15; accumulators are cleared first in states
// that enter `clear`. `unroll` is per dim what the array does at once.
struct Mac {
  When when;
  LocalView inp, ker, acc;
  RegisterMask clear = 0;
  std::array<int64_t, 8> unroll{};
  bool operator==(const Mac&) const = default;
};

// Accumulators -> SFU -> Lx, over the extents of r8..r15 in the dims of `dims`. `when.mask` names
// the registers that OUT's block moves with. The accumulators have gathered since the state that
// entered this block; in that state, registers of `partial` inside the innermost loop of several
// rounds (of this run of the nest) that when.mask names stood at their first position.
//   v = acc; unless every register of `partial` stood at its first position when the block was
//   entered: v += what Lx holds;
//   when every register of `partial` is at its last position: v = epilogue(v + bias).
// `out` is in Lx, or past it in external memory: then over the positions of all registers, those of
// r0..r7 with the start of the core's slice, and what is unfinished waits in `sums` instead, which
// lies there likewise. Such a drain has the core's 1/n of the external memory to itself, for what
// comes back and what leaves together; its `run` dims follow each other there.
struct Drain {
  When when;
  LocalView acc;
  LocalView out;  // stride over positions of r8..r15 too: element of block index x at b is b + x
  bool has_bias = false;
  LocalView bias;  // Lx; like `out`
  uint8_t dims = 0;
  RegisterMask partial = 0;
  ScalarExpr epilogue;
  bool past_lx = false;
  LocalView sums;
  uint8_t run = 0;  // bits of dims
  bool operator==(const Drain&) const = default;
};

enum class Accumulate : uint8_t { Assign, Add, Max };

// One operand of an element-wise instruction: a dense box in Lx, indexed by tile indices, and the
// number of its elements (for the port).
struct SfuOperand {
  LocalView view;
  std::vector<Count> counts;
  bool operator==(const SfuOperand&) const = default;
};

// Over the extents of r0..r7: v = scale * expr(inputs); out is assigned, added to or maximised with
// v. Dims of `reduction` are combined; out starts anew unless a register of `partial` is past its
// first position. Dims of `over` are left out: of the cores whose slices differ in no other dim the
// last one alone computes, once for all that they hold.
struct Elementwise {
  When when;
  std::vector<SfuOperand> inputs;
  SfuOperand out;
  ScalarExpr expr;
  Accumulate accumulate = Accumulate::Assign;
  uint8_t reduction = 0;
  RegisterMask partial = 0;
  float scale = 1;
  uint8_t over = 0;
  bool operator==(const Elementwise&) const = default;
};

// Adds up over the ring (or maximises) what groups of cores, those whose slices differ in no dim
// outside `over`, hold of a tile in Lx: the extents of r0..r7 in the other dims. All working cores
// come to it together. In round k member k of each group, by its place, hands its tile to member
// k + 1 by the shorter way (of two as short: upwards), which combines it with its own. A round
// takes the links' latencies of the farthest way, and what the fullest link of one direction needs
// for messages as long as the largest tile of any core. Groups of empty slices take no part.
struct RingReduce {
  When when;
  LocalView tile;  // Lx
  uint8_t over = 0;
  Accumulate accumulate = Accumulate::Add;  // or Max
  bool operator==(const RingReduce&) const = default;
};

using Instruction =
    std::variant<Nest, EndNest, Signal, Wait, Join, Transfer, Mac, Drain, Elementwise, RingReduce>;

}  // namespace tilewright
