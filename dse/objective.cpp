#include "dse/objective.h"

#include <algorithm>

namespace tilewright {

std::string_view name_of(Goal goal) {
  switch (goal) {
    case Goal::Latency:
      return "latency";
    case Goal::Energy:
      return "energy";
    case Goal::Edp:
      return "edp";
  }
  return "";
}

std::optional<Goal> goal_named(std::string_view name) {
  for (Goal goal : kGoals)
    if (name_of(goal) == name) return goal;
  return std::nullopt;
}

Result<void> check_goal(Goal goal, const System& system, const PrecisionInfo& precision) {
  if (goal == Goal::Latency || has_energy(system, precision)) return {};
  return bad_input("objective " + std::string(name_of(goal)),
                   "the system '" + system.name + "' states no energy",
                   "an 'energy' table and 'mac_pj' in its file; see compiler/arch/README.md");
}

int64_t Objective::most_cycles(Measure limit, int64_t femtojoules) const {
  if (goal == Goal::Latency) return static_cast<int64_t>(limit);
  int64_t low = 0, high = int64_t{1} << 40;
  if (of(high, femtojoules) <= limit) return high;
  while (low + 1 < high) {
    const int64_t middle = low + (high - low) / 2;
    (of(middle, femtojoules) <= limit ? low : high) = middle;
  }
  return low;
}

}  // namespace tilewright
