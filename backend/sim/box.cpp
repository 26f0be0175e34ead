#include "backend/sim/box.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace tilewright::sim {

int64_t narrow(__int128 value) {
  constexpr __int128 kFar = __int128{1} << 62;
  return static_cast<int64_t>(std::clamp(value, -kFar, kFar));
}

bool Box::joins(int outer) const {
  const auto o = static_cast<size_t>(outer), i = o + 1;
  for (size_t s = 0; s < static_cast<size_t>(sides_); ++s)
    if (stride_[o][s] != stride_[i][s] * points_[i]) return false;
  return true;
}

void Box::remove(int axis) {
  for (int a = axis; a + 1 < axes_; ++a) {
    const auto to = static_cast<size_t>(a);
    points_[to] = points_[to + 1];
    for (size_t s = 0; s < static_cast<size_t>(sides_); ++s) stride_[to][s] = stride_[to + 1][s];
  }
  --axes_;
}

void Box::arrange(int side) {
  const auto by = static_cast<size_t>(side);
  for (int a = 1; a < axes_; ++a)  // insertion sort: stable, and there are few axes
    for (int b = a; b > 0; --b) {
      const auto i = static_cast<size_t>(b), o = i - 1;
      if (std::abs(stride_[o][by]) >= std::abs(stride_[i][by])) break;
      std::swap(points_[o], points_[i]);
      for (size_t s = 0; s < static_cast<size_t>(sides_); ++s)
        std::swap(stride_[o][s], stride_[i][s]);
    }
  for (int a = axes_ - 2; a >= 0; --a)
    if (joins(a)) {
      points_[static_cast<size_t>(a) + 1] *= points_[static_cast<size_t>(a)];
      remove(a);
    }
}

int64_t Box::extreme(int side, int sign) const {
  __int128 sum = 0;
  for (int a = 0; a < axes_; ++a)
    if (const int64_t s = stride(a)[static_cast<size_t>(side)]; s * sign > 0)
      sum += static_cast<__int128>(s) * (points(a) - 1);
  return narrow(sum);
}

}  // namespace tilewright::sim
