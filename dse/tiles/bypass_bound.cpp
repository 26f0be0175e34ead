// OrderBound where an operand bypasses Lx.
#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "dse/tiles/order_bound.h"

namespace tilewright {

namespace {

// Distinct points that a box of such extents touches along an axis, at least.
int64_t distinct(const AxisTerms& axis, const std::array<int64_t, 2>& ext) {
  const size_t fine = axis.coefficient[0] <= axis.coefficient[1] ? 0 : 1, coarse = 1 - fine;
  const int64_t c = axis.coefficient[fine], step = axis.coefficient[coarse];
  if (c == 0) return ext[coarse];
  if (step % c == 0 && c * ext[fine] >= step)
    return (c * (ext[fine] - 1) + step * (ext[coarse] - 1)) / c + 1;
  if (c * (ext[fine] - 1) < step) return ext[fine] * ext[coarse];
  return std::max(ext[0], ext[1]);
}

}  // namespace

// Of INP or KER, all of its tile at once.
int64_t OrderBound::tile_at_array(size_t x, const State& at) {
  int64_t& cycles = at_array_[x][code(at)];
  if (cycles >= 0) return cycles;
  Extents ext;
  for (size_t k = 0; k < kDimCount; ++k) {
    ext.values[k] = division_.share.values[k];
    if (loop_of_[k] < 0) continue;
    const auto l = static_cast<size_t>(loop_of_[k]);
    ext.values[k] = at[l].place == Place::Last ? loop_[l].last : loop_[l].full;
  }
  const BlockOperands::Operand& operand = problem_.accesses.operands[x];
  int64_t elems = 1;
  for (size_t a = 0; a < operand.axes; ++a)
    elems *= distinct(operand.axis[a], operand.axis[a].extents(ext));
  const int64_t n = problem_.bytes(elems);
  return cycles = past_lx_ == x ? problem_.times.past_lx(n, division_.working, false)
                                : UnitTimes::link(problem_.times.array_in, n);
}

int64_t OrderBound::drain_past_lx(const State& at) {
  bool first = true, final = true;
  int64_t outputs = 1;
  for (size_t k = 0; k < kDimCount; ++k)
    if (loop_of_[k] < 0 && contains(problem_.out_dims, kDims[k]))
      outputs *= division_.share.values[k];
  for (size_t l = 0; l < loops_; ++l) {
    const bool last = at[l].place == Place::Last;
    if (contains(problem_.out_dims, loop_[l].dim)) outputs *= last ? loop_[l].last : loop_[l].full;
    if (!contains(problem_.work.reduction, loop_[l].dim)) continue;
    first &= at[l].place == Place::First;
    final &= last;
  }
  const int64_t bits =
      (first ? 0 : kPartialSumBits) + (final ? problem_.precision.bits : kPartialSumBits);
  return 2 * problem_.times.semaphore +
         problem_.times.past_lx(packed_bytes(outputs, bits), division_.working, true);
}

int64_t OrderBound::body_past_lx(const State& at, int entered) {
  int64_t loads = 0;
  for (size_t x = 0; x < 2; ++x)
    if (depth_[x] >= entered) loads += tile_at_array(x, at);
  int64_t cycles = std::max(array_busy(at), loads);
  if (past_lx_ == problem_.out) cycles = std::max(cycles, drain_past_lx(at));
  return cycles;
}

void OrderBound::step_past_lx(const State& at, int64_t count) {
  const int innermost = static_cast<int>(loops_) - 1;
  State after = at, before = at;
  const int left = next(after, innermost), entered = previous(before, innermost);
  int64_t blocking = 0;
  for (size_t x = 0; x < problem_.operands; ++x) {
    if (past_lx_ == x) continue;
    const bool enters = depth_[x] >= entered, leaves = left < 0 || depth_[x] >= left;
    if (x == problem_.out) {
      if (enters) blocking += sums_back(at);
      if (leaves) blocking += store(at);
    } else if (enters) {
      const bool slides = entered >= 0 && depth_[x] == entered;
      blocking += load(x, at, slides ? static_cast<int>(order_[static_cast<size_t>(entered)]) : -1);
    }
  }
  total_ += count * (blocking + 2 * problem_.times.semaphore + body_past_lx(at, entered));
}

}  // namespace tilewright
