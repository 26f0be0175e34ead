#include "dse/blocks/dataflows.h"

#include <algorithm>
#include <bit>
#include <string>

namespace tilewright {

namespace {

// How one axis may be shared among dims so that none can have more of it.
class FullAxes {
 public:
  // `among`: dims that may lie there at all.
  FullAxes(const Work& work, const std::vector<std::string>& names, int64_t length, DimSet among,
           const AxisConstraint& within, DimSet holes)
      : length_(length), holes_(holes) {
    bool possible = true;
    for (Dim d : kDims) {
      const bool free = work.extent[d] > 1 && contains(among & within.dims, d) &&
                        std::find(names.begin(), names.end(), name_of(d)) != names.end();
      const Range factors = both(within.factors[d], {1, free ? work.extent[d] : 1});
      possible = possible && !factors.empty();
      if (!free) continue;
      dims_.push_back(d);
      ranges_.push_back(factors);
    }
    if (possible) choose(0, length);
  }

  auto begin() const { return found_.begin(); }
  auto end() const { return found_.end(); }

 private:
  void choose(size_t k, int64_t left) {
    if (k == dims_.size()) {
      for (size_t d = 0; d < dims_.size(); ++d)
        if (more_fits(d)) return;
      std::vector<Unroll> axis;
      for (size_t d = 0; d < dims_.size(); ++d)
        if (factors_[d] > 1) axis.push_back({dims_[d], factors_[d]});
      found_.push_back(std::move(axis));
      return;
    }
    for (int64_t f = ranges_[k].least; f <= std::min(left, ranges_[k].most); ++f) {
      factors_[k] = f;
      choose(k + 1, left / f);
    }
  }

  bool more_fits(size_t d) const {
    if (contains(holes_, dims_[d]) || factors_[d] == ranges_[d].most) return false;
    int64_t product = 1;
    for (size_t k = 0; k < dims_.size(); ++k) product *= factors_[k] + (k == d ? 1 : 0);
    return product <= length_;
  }

  int64_t length_;
  DimSet holes_;
  std::vector<Dim> dims_;
  std::vector<Range> ranges_;  // of their factors
  std::array<int64_t, kDimCount> factors_{};
  std::vector<std::vector<Unroll>> found_;
};

}  // namespace

DimSet dims_with_holes(const Work& work, const System& system) {
  DimSet dims = 0;
  if (system.array.l0_bytes > 0) return dims;
  for (size_t x = 0; x < 2; ++x)
    for (const AccessAxis& axis : work.operands[x].axes) {
      DimSet several = 0;
      bool steps = false;
      for (const AccessTerm& term : axis.terms) {
        if (work.extent[term.dim] == 1) continue;
        several |= bit(term.dim);
        steps = steps || term.coefficient > 1;
      }
      if (std::popcount(several) > 1 && steps) dims |= several;
    }
  return dims;
}

std::vector<Places> all_places(const System& system, const Constraints& within) {
  std::vector<Places> found = places(system);
  for (const Place sums : {Place::Acc, Place::Lrf})
    if (system.array.lrf_bytes > 0 &&
        (sums == Place::Acc ? system.array.accumulators > 0 : system.array.sums_in_lrf))
      found.push_back({Place::Lrf, Place::Lrf, sums});
  std::erase_if(found, [&](const Places& inner) { return !within.allows_places(inner); });
  return found;
}

std::vector<Dataflow> fullest_dataflows(const Work& work, const System& system,
                                        const Constraints& within) {
  const ArrayTier& a = system.array;
  const auto axis = [&](Axis of) -> const AxisConstraint& {
    return within.axes[static_cast<size_t>(of)];
  };
  const DimSet holes = dims_with_holes(work, system);
  std::vector<Dataflow> found;
  for (const Place sums : {Place::Acc, Place::Lrf}) {
    std::vector<Places> inner;
    for (const Places& p : all_places(system, within))
      if (p[2] == sums) inner.push_back(p);
    if (inner.empty()) continue;
    // Sums at the columns: reduced dims along rows alone, and nothing else there.
    const DimSet all = 0xff;
    const DimSet on_rows = sums == Place::Acc ? work.reduction : all;
    const DimSet others = sums == Place::Acc ? static_cast<DimSet>(~work.reduction) : all;
    const FullAxes rows(work, a.row_dims, a.rows, on_rows, axis(Axis::Rows), holes);
    const FullAxes columns(work, a.column_dims, a.columns, others, axis(Axis::Columns), holes);
    const FullAxes lanes(work, a.lane_dims, a.lanes, others, axis(Axis::Lanes), holes);
    const FullAxes corelets(work, a.corelet_dims, system.core.corelets, others,
                            axis(Axis::Corelets), holes);
    for (const auto& row : rows)
      for (const auto& column : columns)
        for (const auto& lane : lanes)
          for (const auto& corelet : corelets) {
            Dataflow flow;
            flow.p = {row, column, lane, corelet};
            for (const auto* along : {&row, &column, &lane, &corelet})
              for (const Unroll& u : *along) {
                flow.unroll[u.dim] *= u.factor;
                if (along != &lane) flow.pe_unroll[u.dim] *= u.factor;
              }
            for (const Places& p : inner) {
              flow.inner = p;
              found.push_back(flow);
            }
          }
  }
  return found;
}

}  // namespace tilewright
