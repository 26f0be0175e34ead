// Boxes of elements that lie in several places at once, walked run by run.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tilewright::sim {

inline constexpr int kMostAxes = 16;
inline constexpr int kMostSides = 18;  // places that a box's elements lie in

// An address or index that a program may have made absurdly large, cut to +-2^62.
int64_t narrow(__int128 value);

using Offsets = std::array<int64_t, kMostSides>;

// Axes of several points each, outermost first, with a stride per side. Left uninitialised beyond
// `axes` and `sides`: boxes are made in inner loops.
class Box {
 public:
  explicit Box(int sides) : sides_(sides) {}

  // Strides of the new axis, to be set by the caller; it must be of more than one point.
  Offsets& add(int64_t points) {
    points_[static_cast<size_t>(axes_)] = points;
    return stride_[static_cast<size_t>(axes_++)];
  }
  // Puts the axis that steps least on `side` innermost, and joins axes that continue each other on
  // every side. Changes the order of a walk, never its points.
  void arrange(int side);

  int axes() const { return axes_; }
  int64_t points(int axis) const { return points_[static_cast<size_t>(axis)]; }
  const Offsets& stride(int axis) const { return stride_[static_cast<size_t>(axis)]; }
  // Lowest and highest offset on `side`.
  int64_t lowest(int side) const { return extreme(side, -1); }
  int64_t highest(int side) const { return extreme(side, 1); }

  // Calls run(offsets, strides, points) for each run along the innermost axis, until it returns
  // false; returns whether it never did. A box without axes is one point.
  template <class Run>
  bool for_each_run(Run&& run) const;

 private:
  int64_t extreme(int side, int sign) const;
  bool joins(int outer) const;
  void remove(int axis);

  int axes_ = 0, sides_;
  std::array<int64_t, kMostAxes> points_;
  std::array<Offsets, kMostAxes> stride_;
};

template <class Run>
bool Box::for_each_run(Run&& run) const {
  static constexpr Offsets kNoStrides{};
  Offsets at{};
  if (axes_ == 0) return run(at, kNoStrides, int64_t{1});
  const int outer = axes_ - 1;  // axes outside of the run
  std::array<int64_t, kMostAxes> index{};
  for (;;) {
    if (!run(at, stride(outer), points(outer))) return false;
    int a = outer - 1;
    for (; a >= 0; --a) {
      const auto axis = static_cast<size_t>(a);
      const bool carries = ++index[axis] == points_[axis];
      const int64_t steps = carries ? 1 - points_[axis] : 1;
      for (size_t s = 0; s < static_cast<size_t>(sides_); ++s) at[s] += steps * stride_[axis][s];
      if (!carries) break;
      index[axis] = 0;
    }
    if (a < 0) return true;
  }
}

}  // namespace tilewright::sim
