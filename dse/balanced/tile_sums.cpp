#include "dse/balanced/tile_sums.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/share.h"

namespace tilewright::balanced {

namespace {

// One axis of an operand, its tiles along the carrier; the other term whole in each slice.
class AxisSums {
 public:
  AxisSums(const Problem& problem, const Extents& parts, const AccessAxis& axis, int64_t tile)
      : problem_(problem), parts_(parts), axis_(axis), at_(carrier(problem, axis)), tile_(tile) {
    counts_ = tile_counts(problem.work.extent[dim()], parts[dim()], tile);
    box_ = Extents::filled(1);
    box_[dim()] = tile;
    if (axis.terms.size() > 1) {
      const Dim d = axis.terms[1 - at_].dim;
      window_ = slices(problem.work.extent[d], parts[d], ShareRule::Balanced);
      box_[d] = window_[0].size;
    }
  }

  int64_t inside() const {
    const int64_t step = lattice_step(axis_, box_);
    int64_t sum = 0;
    for (const Slice& slice :
         slices(problem_.work.extent[dim()], parts_[dim()], ShareRule::Balanced))
      for (int64_t start = 0; start < slice.size; start += tile_)
        for (const Slice& window : window_) {
          Extents pos;
          pos[dim()] = slice.start + start;
          if (axis_.terms.size() > 1) pos[axis_.terms[1 - at_].dim] = window.start;
          sum += axis_points_inside(axis_, step, pos,
                                    box(std::min(tile_, slice.size - start), window.size));
        }
    return sum;
  }

  // A block of one index along a term touches a point per index of the other; larger ones together
  // never fewer than the whole tile or that.
  int64_t at_array() const {
    return sum([this](const Extents& ext, int64_t pairs) {
      return std::min(pairs, axis_points(axis_, lattice_step(axis_, ext), ext));
    });
  }

  int64_t streamed(const Extents& unroll) const {
    return sum([&](const Extents& ext, int64_t) {
      int64_t least = axis_points_in_steps(axis_, unroll, ext);
      for (const AccessTerm& term : axis_.terms) {  // kernels in blocks of one
        if (term.dim != Dim::ki && term.dim != Dim::kj) continue;
        Extents one = ext;
        one[term.dim] = 1;
        least = std::min(least, ext[term.dim] * axis_points_in_steps(axis_, unroll, one));
      }
      return least;
    });
  }

 private:
  Dim dim() const { return axis_.terms[at_].dim; }

  Extents box(int64_t ext, int64_t window) const {
    Extents e = Extents::filled(1);
    e[dim()] = ext;
    if (axis_.terms.size() > 1) e[axis_.terms[1 - at_].dim] = window;
    return e;
  }

  template <class Points>
  int64_t sum(Points&& points) const {
    int64_t total = 0;
    for (const TileCount& c : counts_)
      for (const Slice& window : window_)
        total += c.all * points(box(c.ext, window.size), c.ext * window.size);
    return total;
  }

  const Problem& problem_;
  const Extents& parts_;
  const AccessAxis& axis_;
  size_t at_;
  int64_t tile_;
  std::vector<TileCount> counts_;
  std::vector<Slice> window_{{0, 1}};
  Extents box_;
};

}  // namespace

size_t carrier(const Problem& problem, const AccessAxis& axis) {
  return axis.terms.size() > 1 && contains(problem.whole, axis.terms[0].dim) ? 1 : 0;
}

std::vector<TileCount> tile_counts(int64_t n, int64_t parts, int64_t tile) {
  std::vector<TileCount> counts;
  const auto add = [&](int64_t ext, int64_t all, int64_t first) {
    if (all == 0) return;
    auto known = std::find_if(counts.begin(), counts.end(),
                              [ext](const TileCount& c) { return c.ext == ext; });
    if (known == counts.end()) known = counts.insert(known, TileCount{ext, 0, 0});
    known->all += all;
    known->first += first;
  };
  for (const Slice& slice : slices(n, parts, ShareRule::Balanced)) {
    const int64_t whole = slice.size / tile, rest = slice.size % tile;
    add(tile, whole, whole > 0 ? 1 : 0);
    if (rest > 0) add(rest, 1, whole > 0 ? 0 : 1);
  }
  return counts;
}

TileSums::TileSums(const Problem& problem, const Extents& parts, Dim dim, int64_t tile)
    : counts(tile_counts(problem.work.extent[dim], parts[dim], tile)) {
  for (const TileCount& c : counts) {
    all += c.all;
    first += c.first;
  }
  inside.fill(1);
  at_array.fill(1);
  for (size_t x = 0; x < problem.operands; ++x) {
    const Operand& operand = problem.work.operands[x];
    for (size_t a = 0; a < operand.axes.size(); ++a) {
      const AccessAxis& axis = operand.axes[a];
      if (axis.terms.empty() || axis.terms[carrier(problem, axis)].dim != dim) continue;
      const AxisSums sums(problem, parts, axis, tile);
      inside[x] *= sums.inside();
      at_array[x] *= sums.at_array();
      if (x > 1 || problem.axis_unrolls[x].empty()) continue;
      Streamed one{x, a, {}};
      for (const Extents& unroll : problem.axis_unrolls[x][a])
        one.points.push_back(sums.streamed(unroll));
      streamed.push_back(std::move(one));
    }
  }
  const auto k = static_cast<size_t>(dim);
  const auto sum_steps = [this](const std::vector<int64_t>& values, std::vector<int64_t>& sums) {
    for (int64_t u : values) {
      int64_t sum = 0;
      for (const TileCount& c : counts) sum += c.all * ceil_div(c.ext, u);
      sums.push_back(sum);
    }
  };
  sum_steps(problem.unroll_values[k], steps);
  sum_steps(problem.lane_values[k], lane_steps);
}

}  // namespace tilewright::balanced
