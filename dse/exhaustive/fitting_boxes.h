// All boxes of given ranges that some memories have room for.
#pragma once

#include "dse/space/constraints.h"

namespace tilewright::exhaustive {

// Calls visit(box) for each box that fits(box), larger ones first, the first dim outermost, until a
// call says false; then false. What fits has only boxes within that fit.
template <class Fits, class Visit>
class FittingBoxes {
 public:
  FittingBoxes(const DimMap<Range>& ranges, Fits& fits, Visit& visit)
      : ranges_(ranges), fits_(fits), visit_(visit) {}

  bool run() {
    for (Dim d : kDims) {
      if (ranges_[d].empty()) return true;
      box_[d] = ranges_[d].least;
    }
    return !fits_(box_) || choose(0);
  }

 private:
  // The dims from k on are at their least.
  bool choose(size_t k) {
    if (k == kDimCount) return visit_(box_);
    const Range range = ranges_[kDims[k]];
    int64_t& extent = box_.values[k];
    int64_t most = range.least;
    for (int64_t unknown = range.most; most < unknown;) {
      extent = most + (unknown - most + 1) / 2;
      if (fits_(box_))
        most = extent;
      else
        unknown = extent - 1;
    }
    for (extent = most; extent > range.least; --extent)
      if (!choose(k + 1)) return false;
    return choose(k + 1);
  }

  const DimMap<Range>& ranges_;
  Fits& fits_;
  Visit& visit_;
  Extents box_;
};

template <class Fits, class Visit>
bool for_each_fitting(const DimMap<Range>& ranges, Fits&& fits, Visit&& visit) {
  return FittingBoxes<Fits, Visit>(ranges, fits, visit).run();
}

}  // namespace tilewright::exhaustive
