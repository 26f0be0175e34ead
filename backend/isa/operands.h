// What instructions say of their operands: registers, states of loops, places and boxes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace tilewright {

inline constexpr int kRegisters = 16;
using RegisterMask = uint32_t;
inline constexpr RegisterMask kEveryRegister = (RegisterMask{1} << kRegisters) - 1;

// Pe: the wires into the PEs. What streams there for a block is taken step by step and not kept.
enum class Memory : uint8_t { External, Lx, L0, Lrf, Acc, Pe };

// Which state of a nest an instruction looks at, and when it fires there. Current, Next and
// Previous mean the innermost nest that encloses the instruction. First means the first state of
// the nest that opens next after it, Last the last state of the nest that closed last before it;
// that nest has to stand beside the instruction, in the same body.
enum class At : uint8_t { Current, Next, Previous, First, Last };
enum class Trigger : uint8_t {
  Always,
  Entering,  // the state is the nest's first, or a register of `mask` differs from the state before
  Leaving,   // the state is the nest's last, or a register of `mask` differs in the state after
};
// Which visits of the state count: of those that reach it with other values of `visits`.
enum class Visit : uint8_t {
  Any,
  Initial,     // every register of `visits` is in its first round
  Again,       // a register of `visits` is past its first round
  Unfinished,  // a register of `visits` has rounds to come
  Final,       // every register of `visits` is in its last round
};
// Next does not fire in the nest's last state, nor Previous in its first. `within`: only in those
// runs of the nest in which the state of the nest around it enters `within` (all registers: in
// every run).
struct When {
  At at = At::Current;
  Trigger trigger = Trigger::Always;
  RegisterMask mask = 0;
  RegisterMask within = kEveryRegister;
  Visit visit = Visit::Any;
  RegisterMask visits = 0;
  bool operator==(const When&) const = default;
};

// A linear function of register positions.
struct RegisterTerm {
  int32_t reg = 0;
  int64_t coefficient = 0;
  bool operator==(const RegisterTerm&) const = default;
};

// Number of points along one axis: 1 + sum of coefficient * (extent(reg) - 1), over step; 0 when
// any of the extents is 0.
struct Count {
  std::vector<RegisterTerm> terms;
  int64_t step = 1;
  bool operator==(const Count&) const = default;
};

// One side of one axis of a transfer: point x lies at
//   index = offset + sum of coefficient * position(reg) + step * x,
// and at address base + stride * index (elements). In external memory, position(r0..r7) includes
// the start of the core's slice: tensors are indexed as a whole there.
struct AxisSide {
  int64_t offset = 0;
  std::vector<RegisterTerm> terms;
  int64_t step = 1, stride = 1;
  bool operator==(const AxisSide&) const = default;
};

struct BoxAxis {
  Count count;
  AxisSide outer, inner;  // the end farther from and nearer to the array
  int64_t limit = -1;     // outer indices outside [0, limit) are padding; -1: no bound
  bool run = false;       // see Transfer; `ext` only
  std::vector<RegisterTerm> last = {};  // unless empty (`ext` only), just the last
                                        // sum of coefficient * extent(reg) points are copied
  bool operator==(const BoxAxis&) const = default;
};

// A place for data: a circle of `buffers` * `buffer_elems` elements from `base`, `buffer_elems` of
// them in use. These begin at element 0 in the first state of the layer that enters `mask`, and
// with each further one up to the state that the instruction looks at `buffer_elems` later, or
// `shift` later where a register of `slide` (Lx only, part of `mask`) is past its first round: all
// streams count alike and so agree without a message. A mask names registers of one stage: r0..r7
// count states of the nest over those, r8..r15 states of the nests over these (each of whose runs
// begins by entering). `cell_bytes`: of an element; `base`: in bytes (External, Lx) or cells.
struct Buffer {
  Memory memory = Memory::Lx;
  int64_t base = 0;
  int32_t buffers = 1;
  int64_t buffer_elems = 0;
  int32_t cell_bytes = 2;
  RegisterMask mask = 0, slide = 0;
  int64_t shift = 0;
  bool operator==(const Buffer&) const = default;
};

// Where an operand's element for block (or tile) indices x lies in its buffer: sum stride[d]*x[d].
struct LocalView {
  Buffer buffer;
  std::array<int64_t, 8> stride{};
  bool operator==(const LocalView&) const = default;
};

}  // namespace tilewright
