#include "tools/results/measure.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "tools/results/numbers.h"

namespace tilewright {

namespace {

// Four digits at least.
std::string micro_squared(double amount) {
  return amount < 1000 ? fmt::format("{:.4g}", amount)
                       : grouped(static_cast<int64_t>(std::llround(amount)));
}

}  // namespace

double joule_seconds(const Amount& amount, int64_t clock_hz) {
  return static_cast<double>(amount.femtojoules) * 1e-15 * static_cast<double>(amount.cycles) /
         static_cast<double>(clock_hz);
}

std::string print_amount(Goal goal, const Amount& amount, int64_t clock_hz) {
  switch (goal) {
    case Goal::Latency:
      return grouped(amount.cycles);
    case Goal::Energy:
      return fmt::format("{:.2f} uJ", static_cast<double>(amount.femtojoules) * 1e-9);
    case Goal::Edp:
      return micro_squared(joule_seconds(amount, clock_hz) * 1e12) + " uJ us";
  }
  return "";
}

double ratio(Goal goal, const Amount& other, const Amount& best) {
  const auto of = [](int64_t a, int64_t b) {
    return static_cast<double>(a) / static_cast<double>(std::max<int64_t>(b, 1));
  };
  const double cycles = goal == Goal::Energy ? 1 : of(other.cycles, best.cycles);
  return goal == Goal::Latency ? cycles : cycles * of(other.femtojoules, best.femtojoules);
}

std::string print_parts(const Energy& energy) {
  std::string text;
  for (const auto& [name, femtojoules] : energy.parts()) {
    if (femtojoules == 0) continue;
    text += (text.empty() ? "" : ", ") + fmt::format("{} {}", name,
                                                     percent(static_cast<double>(femtojoules) /
                                                             static_cast<double>(energy.total())));
  }
  return text;
}

std::string proven_words(Goal goal) {
  switch (goal) {
    case Goal::Latency:
      return "proven optimal in the declared space, under the cycle model";
    case Goal::Energy:
      return "proven of least energy in the declared space, under the cost model";
    case Goal::Edp:
      return "proven of least energy times delay in the declared space, under the cost model";
  }
  return "";
}

}  // namespace tilewright
