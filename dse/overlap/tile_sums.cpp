#include "dse/overlap/tile_sums.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "dse/blocks/plateau.h"

namespace tilewright::overlap {

TileSums::TileSums(const Problem& problem, const CoreDivision& cores, bool coarse)
    : problem_(problem), coarse_(coarse) {
  const Work& work = problem.work;
  for (Dim d : kDims) {
    Dimension& own = dims_[d];
    own.slices = slices(work.extent[d], cores.parts[d], cores.share);
    own.share = own.slices.front().size;
    for (const Slice& slice : own.slices)
      if (slice.size > 0) ++own.sizes[slice.size];
    for (Plateau p = Plateau::whole(own.share);; p = p.next()) {
      own.plateaus.push_back({p.lo, p.hi});
      if (p.is_last()) break;
    }
  }
  for (size_t x = 0; x < problem.operands; ++x)
    for (const AccessAxis& axis : work.operands[x].axes) {
      const auto several =
          std::count_if(axis.terms.begin(), axis.terms.end(),
                        [&](const AccessTerm& term) { return work.extent[term.dim] > 1; });
      varies_[x].push_back(several > 1 || !without_padding(axis, work.extent));
    }
}

int TileSums::plateau_of(Dim d, int64_t size) const {
  const std::vector<Range>& all = dims_[d].plateaus;
  const auto at = std::lower_bound(all.begin(), all.end(), size,
                                   [](const Range& r, int64_t s) { return r.least > s; });
  return static_cast<int>(at - all.begin());
}

int64_t TileSums::count(const AccessAxis& axis, const Extents& tile, int slides) const {
  const int64_t step = lattice_step(axis, tile);
  const size_t terms = axis.terms.size();
  const auto tiles_of = [&](size_t k) {
    std::vector<std::array<int64_t, 3>> tiles;  // position, extent, index
    if (k >= terms) return std::vector<std::array<int64_t, 3>>{{0, 1, 0}};
    const Dimension& own = dims_[axis.terms[k].dim];
    const int64_t t = tile[axis.terms[k].dim];
    for (const Slice& slice : own.slices)
      for (int64_t at = 0; at * t < slice.size; ++at)
        tiles.push_back({slice.start + at * t, std::min(t, slice.size - at * t), at});
    return tiles;
  };
  const auto outer = tiles_of(0), inner = tiles_of(1);
  int64_t sum = 0;
  for (const auto& a : outer)
    for (const auto& b : inner) {
      Extents pos, ext = Extents::filled(1);
      int64_t last = INT64_MAX;
      for (size_t k = 0; k < terms; ++k) {
        const AccessTerm& term = axis.terms[k];
        const auto& at = k == 0 ? a : b;
        pos[term.dim] = at[0];
        ext[term.dim] = at[1];
        if (static_cast<int>(term.dim) == slides && at[2] > 0)
          last = term.coefficient / step * at[1];
      }
      sum += axis_points_inside(axis, step, pos, ext, last);
    }
  return sum;
}

int64_t TileSums::points(size_t operand, size_t axis, const Extents& tile, int slides) {
  const AccessAxis& a = problem_.work.operands[operand].axes[axis];
  if (!varies_[operand][axis]) {
    for (const AccessTerm& term : a.terms)
      if (problem_.work.extent[term.dim] > 1) return problem_.work.extent[term.dim];
    return 1;
  }
  uint64_t key = operand * 8 + axis, slide = 0;
  for (size_t k = 0; k < 2; ++k) {
    const int64_t t = k < a.terms.size() ? tile[a.terms[k].dim] : 1;
    key = key << 24 | static_cast<uint64_t>(t);
    if (k < a.terms.size() && static_cast<int>(a.terms[k].dim) == slides &&
        a.terms[k].coefficient % lattice_step(a, tile) == 0)
      slide = k + 1;
  }
  key = key * 3 + slide;
  const auto [at, is_new] = known_.emplace(key, 0);
  if (is_new) at->second = count(a, tile, slide == 0 ? -1 : slides);
  return at->second;
}

int64_t TileSums::least_points(size_t operand, size_t axis,
                               const std::array<int, kDimCount>& plateaus, int slides) {
  const AccessAxis& a = problem_.work.operands[operand].axes[axis];
  if (!varies_[operand][axis]) return points(operand, axis, Extents::filled(1), -1);
  uint64_t key = operand * 8 + axis, slide = slides == kAny ? 3 : 0;
  std::array<Range, 2> ranges{Range{1, 1}, Range{1, 1}};
  for (size_t k = 0; k < 2; ++k) {
    int plateau = 0;
    if (k < a.terms.size()) {
      const Dim d = a.terms[k].dim;
      plateau = plateaus[static_cast<size_t>(d)];
      if (static_cast<int>(d) == slides) slide = k + 1;
      ranges[k] = plateau == kAny ? Range{1, dims_[d].share}
                                  : dims_[d].plateaus[static_cast<size_t>(plateau)];
    }
    key = key << 24 | static_cast<uint64_t>(plateau + 2);
  }
  key = key * 4 + slide;
  const auto known = least_.find(key);
  if (known != least_.end()) return known->second;
  const bool any = std::any_of(a.terms.begin(), a.terms.end(), [&](const AccessTerm& term) {
    return plateaus[static_cast<size_t>(term.dim)] == kAny;
  });
  if (any && coarse_)
    return least_.emplace(key, axis_points_touched(a, problem_.work.extent)).first->second;
  int64_t least = INT64_MAX;
  Extents tile = Extents::filled(1);
  for (int64_t t0 = ranges[0].least; t0 <= ranges[0].most; ++t0)
    for (int64_t t1 = ranges[1].least; t1 <= ranges[1].most; ++t1) {
      if (!a.terms.empty()) tile[a.terms[0].dim] = t0;
      if (a.terms.size() > 1) tile[a.terms[1].dim] = t1;
      least = std::min(least, points(operand, axis, tile, slides == kAny ? -1 : slides));
      for (const AccessTerm& term : a.terms)
        if (slides == kAny)
          least = std::min(least, points(operand, axis, tile, static_cast<int>(term.dim)));
    }
  least_.emplace(key, least);
  return least;
}

}  // namespace tilewright::overlap
