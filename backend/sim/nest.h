// Hardware loops: the state of one open nest, its neighbours, and what changes between them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "backend/isa/instruction.h"

namespace tilewright::sim {

inline constexpr int kBlockRegisters = 8;  // r8..r15 serve block loops, those below tile loops
inline constexpr RegisterMask kAllRegisters = kEveryRegister;
constexpr RegisterMask bit_of(int reg) { return RegisterMask{1} << reg; }

enum class LoopStage : uint8_t { Tile, Block };

// A Nest instruction of a stream.
struct NestPlan {
  std::vector<LoopSpec> loops;
  // Of its registers; without loops, Tile outside of all other nests and Block inside.
  LoopStage stage = LoopStage::Tile;
  int begin = 0, end = 0;  // instruction numbers of Nest and EndNest
};

// What an instruction sees of the registers.
struct Registers {
  std::array<int64_t, kRegisters> position{}, extent{};
  RegisterMask at_first = kAllRegisters;  // registers in the first round of their loop (or in none)
  RegisterMask at_last = kAllRegisters;
  // Those that were in the first round when the state was entered since which nothing of the
  // instruction's when.mask has changed.
  RegisterMask entered_at_first = kAllRegisters;
};

// One state of a nest, as the round that each loop is in.
class NestState {
 public:
  // In the first state; trips of loops that count by themselves come from limit(register).
  template <class Limit>
  NestState(const NestPlan& plan, Limit&& limit);

  const NestPlan& plan() const { return *plan_; }
  bool has_states() const { return has_states_; }
  int64_t round(size_t loop) const { return round_[loop]; }
  int64_t trips(size_t loop) const { return trips_[loop]; }

  bool is_first() const;
  bool is_last() const;
  // Registers that differ between this state and the one before (after); none when there is none.
  RegisterMask changed_before() const;
  RegisterMask changed_after() const;
  // Registers of the loops inside the innermost loop of several rounds that `mask` names.
  RegisterMask inside(RegisterMask mask) const;
  bool enters(RegisterMask mask) const { return is_first() || (changed_before() & mask) != 0; }
  // Whether a register of `mask` is past its first round, or before its last.
  bool past_first(RegisterMask mask) const;
  bool before_last(RegisterMask mask) const;
  bool leaves(RegisterMask mask) const { return is_last() || (changed_after() & mask) != 0; }

  // The next (previous) state; must exist.
  void advance();
  void retreat();
  void to_last();

  // States from one that enters `mask` to the next such, and how many of them came before this one.
  int64_t span(RegisterMask mask) const;
  int64_t place_in_span(RegisterMask mask) const;
  // Goes to the state that enters `mask` next, or back to the one that left it last; false where
  // there is none.
  bool to_next_entering(RegisterMask mask);
  bool to_last_leaving(RegisterMask mask);

 private:
  size_t loops_that_move(RegisterMask mask) const;  // up to the innermost that `mask` names

  const NestPlan* plan_;
  bool has_states_ = true;
  std::array<int64_t, kRegisters> round_{}, trips_{};
};

template <class Limit>
NestState::NestState(const NestPlan& plan, Limit&& limit) : plan_(&plan) {
  for (size_t l = 0; l < plan.loops.size(); ++l) {
    const LoopSpec& loop = plan.loops[l];
    const int64_t rest = loop.trips > 0 ? 0 : limit(loop.reg);
    trips_[l] = loop.trips > 0 ? loop.trips : rest / loop.step + (rest % loop.step != 0 ? 1 : 0);
    if (trips_[l] <= 0) has_states_ = false;
  }
  if (plan.stage == LoopStage::Block)  // an empty tile has no blocks
    for (int reg = kBlockRegisters; reg < kRegisters; ++reg)
      if (limit(reg) == 0) has_states_ = false;
}

}  // namespace tilewright::sim
