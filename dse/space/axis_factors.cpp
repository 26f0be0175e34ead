#include "dse/space/axis_factors.h"

#include <algorithm>

namespace tilewright {

AxisFactors::AxisFactors(const Extents& extent, DimSet dims, int64_t length,
                         const AxisConstraint& constraint)
    : length_(length) {
  for (Dim d : kDims) {
    const bool free = contains(dims, d) && contains(constraint.dims, d);
    factors_[d] = both(constraint.factors[d], {1, free ? std::min(extent[d], length) : 1});
  }
  const auto places = static_cast<size_t>(length) + 1;
  count_.assign(kDimCount + 1, std::vector<int64_t>(places, 1));
  std::vector<bool> occurs(places);
  for (size_t taken = 1; taken < places; ++taken) occurs[(places - 1) / taken] = true;
  for (size_t k = kDimCount; k-- > 0;)
    for (size_t left = 1; left < places; ++left) {
      if (!occurs[left]) continue;
      const Range range = both(factors_[kDims[k]], {1, static_cast<int64_t>(left)});
      int64_t& ways = count_[k][left] = 0;
      for (int64_t f = range.least; f <= range.most; ++f)
        ways += count_[k + 1][left / static_cast<size_t>(f)];
    }
}

std::vector<Unroll> AxisFactors::at(int64_t index) const {
  std::vector<Unroll> axis;
  auto left = static_cast<size_t>(length_);
  for (size_t k = 0; k < kDimCount; ++k) {
    int64_t f = factors_[kDims[k]].least;
    for (;; ++f) {
      const int64_t ways = count_[k + 1][left / static_cast<size_t>(f)];
      if (index < ways) break;
      index -= ways;
    }
    if (f > 1) axis.push_back({kDims[k], f});
    left /= static_cast<size_t>(f);
  }
  return axis;
}

std::optional<int64_t> AxisFactors::index_of(const std::vector<Unroll>& axis) const {
  Extents factor = Extents::filled(1);
  for (const Unroll& u : axis) factor[u.dim] = u.factor;
  int64_t index = 0;
  auto left = static_cast<size_t>(length_);
  for (size_t k = 0; k < kDimCount; ++k) {
    const int64_t f = factor[kDims[k]];
    if (!factors_[kDims[k]].holds(f) || f > static_cast<int64_t>(left)) return std::nullopt;
    for (int64_t less = factors_[kDims[k]].least; less < f; ++less)
      index += count_[k + 1][left / static_cast<size_t>(less)];
    left /= static_cast<size_t>(f);
  }
  return index;
}

namespace {

DimSet named(const std::vector<std::string>& names) {
  DimSet set = 0;
  for (const std::string& name : names)
    if (const auto dim = dim_named(name)) set |= bit(*dim);
  return set;
}

}  // namespace

std::vector<AxisFactors> axis_factors(const Work& work, const System& system,
                                      const Constraints& constraints, bool sums_at_columns) {
  const ArrayTier& a = system.array;
  const std::pair<const std::vector<std::string>*, int64_t> axes[] = {
      {&a.row_dims, a.rows},
      {&a.column_dims, a.columns},
      {&a.lane_dims, a.lanes},
      {&a.corelet_dims, system.core.corelets}};
  std::vector<AxisFactors> found;
  for (Axis axis : kAxes) {
    const auto& [names, length] = axes[static_cast<size_t>(axis)];
    DimSet dims = named(*names);
    if (sums_at_columns) dims &= axis == Axis::Rows ? work.reduction : ~work.reduction;
    found.emplace_back(work.extent, dims, length, constraints.axes[static_cast<size_t>(axis)]);
  }
  return found;
}

}  // namespace tilewright
