// Where one stream of one core stands in its loops, and what an instruction sees from there.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/sim/plan.h"

namespace tilewright::sim {

// The state that a firing instruction looks at; complete, so that work can be done later from it.
struct Look {
  Registers registers;
  int64_t slots = 1, slot = 0;  // of a spread transfer: how many, and which one this is
  bool first = true;            // of its nest
  RegisterMask changed = 0;     // registers that differ from the state before
  // Per buffer of the instruction: the first of its elements that are in use.
  std::array<int64_t, kMostBuffers> start;

  bool enters(RegisterMask mask) const { return first || (changed & mask) != 0; }
};

class Walker {
 public:
  Walker(const StreamPlan& plan, const CoreSlice& slice);

  // Opens a nest in its first state; false when it has no states, and then nothing is opened.
  bool open(const NestPlan& nest);
  // Goes on to the next state of the innermost nest; false when that was the last, and then the
  // nest is closed.
  bool advance();
  // Whether the instruction fires here, and what it then sees.
  bool look(const InstructionPlan& instruction, Look& look);

  // "r0=64 r9=3", of the open loops.
  std::string state() const;

 private:
  // States so far that a counter counts.
  struct Entered {
    int64_t anew = 0, slid = 0;
  };
  static int64_t start_of(const Buffer& buffer, const Entered& entered);
  static int64_t& kind_of(Entered& entered, const CounterPlan& counter, const NestState& nest);
  // `around`: the state of the nest around `nest`, if there is one.
  bool fires(const NestState& nest, const NestState* around, const When& when) const;
  bool looks_far(const InstructionPlan& instruction, bool next, Look& look);
  void see(const NestState& nest, const InstructionPlan& instruction, Look& look, int step,
           RegisterMask changed);
  void count(const NestState& nest);
  Registers registers() const;
  int64_t limit(int reg) const;

  const StreamPlan* plan_;
  const CoreSlice* slice_;
  std::vector<NestState> nests_;
  Registers registers_;          // in the current state
  std::vector<Entered> counts_;  // per counter
};

}  // namespace tilewright::sim
