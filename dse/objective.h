// What the search minimises.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "compiler/support/result.h"
#include "costmodel/energy.h"

namespace tilewright {

enum class Goal : uint8_t { Latency, Energy, Edp };
inline constexpr Goal kGoals[] = {Goal::Latency, Goal::Energy, Goal::Edp};
std::string_view name_of(Goal goal);  // "latency", "energy", "edp"
std::optional<Goal> goal_named(std::string_view name);

// What mappings are compared by: cycles; femtojoules, then cycles; or their product. Exact.
__extension__ using Measure = __int128;

// A layer's cycles and energy as one number, never less for more of either.
struct Objective {
  Goal goal = Goal::Latency;
  int64_t leakage = 0;  // [E6], femtojoules per cycle
  static constexpr int64_t kAnyCycles = INT64_MAX;
  int64_t limit_cycles = kAnyCycles;  // mappings of more cycles have the value kNone

  bool counts_energy() const { return goal != Goal::Latency; }
  // More cycles than any layer takes.
  static constexpr Measure kCycles = int64_t{1} << 40;
  // Above the value of any mapping.
  static constexpr Measure kNone = Measure{1} << 126;

  // `femtojoules`: all but leakage.
  Measure of(int64_t cycles, int64_t femtojoules) const {
    if (cycles > limit_cycles) return kNone;
    if (goal == Goal::Latency) return cycles;
    const Measure all = femtojoules + static_cast<Measure>(cycles) * leakage;
    return goal == Goal::Energy ? all * kCycles + cycles : all * cycles;
  }
  Measure of(int64_t cycles, const Energy& energy) const {
    return of(cycles, energy.total() - energy.leakage);
  }
  // The most cycles (counting energy: up to 2^40) at which so much energy still has a value of at
  // most `limit`.
  int64_t most_cycles(Measure limit, int64_t femtojoules) const;
};

// Fails (BadInput) where the goal counts energy and the system states none.
Result<void> check_goal(Goal goal, const System& system, const PrecisionInfo& precision);

}  // namespace tilewright
