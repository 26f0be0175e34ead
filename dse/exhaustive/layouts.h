// What may lie along the array's axes, as lists, and all ways to put one with another.
#pragma once

#include <array>
#include <vector>

#include "dse/space/axis_factors.h"

namespace tilewright::exhaustive {

// What lies along one axis.
struct AxisChoice {
  std::vector<Unroll> dims;
  Extents factor = Extents::filled(1);
  uint32_t rank = 0;  // of `dims` among all that may lie there
};

struct Layout {
  ArrayWork p;
  Extents unroll, pe_unroll;      // as in LoopNest
  std::array<uint32_t, 4> ranks;  // of its axes; they compare as `p` does
};

class Layouts {
 public:
  Layouts(const Work& work, const System& system, const Constraints& constraints);

  // Calls visit(layout) for each, until a call says false; then false.
  template <class Visit>
  bool for_each(bool sums_at_columns, Visit&& visit) const;

 private:
  template <class Visit>
  bool choose(const std::vector<AxisChoice>* axes, size_t k, Layout& layout, Visit& visit) const;

  std::array<std::array<std::vector<AxisChoice>, 4>, 2> choices_;  // [sums in the PEs][axis]
};

template <class Visit>
bool Layouts::for_each(bool sums_at_columns, Visit&& visit) const {
  Layout layout;
  layout.unroll = layout.pe_unroll = Extents::filled(1);
  return choose(choices_[sums_at_columns ? 0 : 1].data(), 0, layout, visit);
}

// The last ones first: they fill the axis most.
template <class Visit>
bool Layouts::choose(const std::vector<AxisChoice>* axes, size_t k, Layout& layout,
                     Visit& visit) const {
  if (k == kAxes.size()) return visit(static_cast<const Layout&>(layout));
  const Extents unroll = layout.unroll, pe_unroll = layout.pe_unroll;
  for (auto choice = axes[k].rbegin(); choice != axes[k].rend(); ++choice) {
    along(layout.p, kAxes[k]) = choice->dims;
    layout.ranks[k] = choice->rank;
    for (Dim d : kDims) {
      layout.unroll[d] = unroll[d] * choice->factor[d];
      layout.pe_unroll[d] = pe_unroll[d] * (kAxes[k] == Axis::Lanes ? 1 : choice->factor[d]);
    }
    if (!choose(axes, k + 1, layout, visit)) return false;
  }
  return true;
}

}  // namespace tilewright::exhaustive
