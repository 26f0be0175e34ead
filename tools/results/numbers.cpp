#include "tools/results/numbers.h"

#include <fmt/format.h>

namespace tilewright {

std::string grouped(int64_t value) { return fmt::format("{}", fmt::group_digits(value)); }
std::string percent(double fraction) { return fmt::format("{:.1f} %", 100 * fraction); }
std::string times(double ratio) { return fmt::format("{:.2f}x", ratio); }

std::string duration(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.2f} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.3f} ms", seconds * 1e3);
  return fmt::format("{:.3f} s", seconds);
}

}  // namespace tilewright
