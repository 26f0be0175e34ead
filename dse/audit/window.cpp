#include "dse/audit/window.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/share.h"

namespace tilewright::audit {

namespace {

// More is not worked out.
constexpr int64_t kMost = 1 << 16;

// An axis, and what falls of its one or two dims to each core.
class Axis {
 public:
  Axis(const Layer& layer, const AccessAxis& axis, const CoreDivision& cores) : axis_(axis) {
    for (const AccessTerm& term : axis.terms)
      slices_.push_back(slices(layer.work.extent[term.dim], cores.parts[term.dim], cores.share));
    slices_.resize(2, {{0, 1}});
  }

  size_t combinations() const { return slices_[0].size() * slices_[1].size(); }

  // The most of any core, points(pos, ext) being those of one that begins at `pos`.
  template <class Points>
  int64_t most(Points&& points) const {
    int64_t found = 0;
    for (const Slice& a : slices_[0])
      for (const Slice& b : slices_[1]) {
        Extents pos, ext = Extents::filled(1);
        const Slice* slice[] = {&a, &b};
        for (size_t k = 0; k < axis_.terms.size(); ++k) {
          pos[axis_.terms[k].dim] = slice[k]->start;
          ext[axis_.terms[k].dim] = slice[k]->size;
        }
        found = std::max(found, points(pos, ext));
      }
    return found;
  }

  // Distinct points inside the tensor, holes left out.
  int64_t touched(const Extents& pos, const Extents& ext) const {
    AccessAxis there = axis_;
    for (const AccessTerm& term : axis_.terms) {
      if (ext[term.dim] == 0) return 0;
      there.offset += term.coefficient * pos[term.dim];
    }
    return axis_points_touched(there, ext);
  }

  // The most that a tile of `d`, from `start` on and `size` long, has inside, of its last points.
  int64_t tile(Dim d, int64_t start, int64_t size, int64_t step, int64_t last = INT64_MAX) const {
    return most([&](Extents pos, Extents ext) {
      pos[d] += start;
      ext[d] = std::clamp<int64_t>(ext[d] - start, 0, size);
      return axis_points_inside(axis_, step, pos, ext, last);
    });
  }

 private:
  const AccessAxis& axis_;
  std::vector<std::vector<Slice>> slices_;
};

void count_tiles(const Axis& axis, const AccessAxis& access, int64_t share, Extents box,
                 Window& w) {
  w.all.assign(static_cast<size_t>(share) + 1, 0);
  w.first = w.all;
  int64_t least = INT64_MAX;
  for (int64_t size = 1; size <= share; ++size) {
    box[w.moving] = size;
    const int64_t step = lattice_step(access, box);
    w.first[static_cast<size_t>(size)] = axis.tile(w.moving, 0, size, step);
    int64_t points = 0;
    for (int64_t start = 0; start < share; start += size)
      points += axis.tile(w.moving, start, size, step);
    w.all[static_cast<size_t>(size)] = least = std::min(least, points);
  }
  for (size_t size = w.first.size() - 1; size > 1; --size)
    w.first[size - 1] = std::min(w.first[size - 1], w.first[size]);
}

}  // namespace

int64_t Window::fetched(int64_t most, int64_t pieces) const {
  if (pieces > 1) return std::max(touched, pieces * by_one);
  return shared || all.empty() ? touched : std::max(touched, all[static_cast<size_t>(most)]);
}

int64_t Window::fetched_sliding(int64_t most, int64_t pieces) const {
  if (pieces == 1 || shared || all.empty()) return touched;
  return std::max(touched, std::min(all[static_cast<size_t>(most)], pieces * by_one));
}

Window window_of(const Layer& layer, const AccessAxis& access, const CoreDivision& cores) {
  const Axis axis(layer, access, cores);
  Window w;
  size_t moving = 0;
  if (access.terms.size() == 2) {
    moving = layer.reduced(access.terms[0].dim) && !layer.reduced(access.terms[1].dim) ? 1 : 0;
    w.other = access.terms[1 - moving].dim;
    w.shared = cores.parts[*w.other] > 1;
  }
  w.moving = access.terms[moving].dim;
  Extents share = Extents::filled(1);
  for (const AccessTerm& term : access.terms)
    share[term.dim] = ceil_div(layer.work.extent[term.dim], cores.parts[term.dim]);
  const int64_t n = share[w.moving];
  w.touched = w.by_one =
      axis.most([&](const Extents& pos, const Extents& ext) { return axis.touched(pos, ext); });
  if (w.other)
    w.by_one = axis.most([&](Extents pos, Extents ext) {
      const int64_t indices = ext[*w.other];
      if (indices > kMost) return int64_t{0};
      int64_t least = indices > 0 ? INT64_MAX : 0;
      ext[*w.other] = 1;
      for (int64_t k = 0; k < indices; ++k, ++pos[*w.other])
        least = std::min(least, axis.touched(pos, ext));
      return least;
    });
  w.clipped = !without_padding(access, layer.work.extent);
  w.each_index = n <= kMost;  // as far as that is worked out
  Extents one = share;
  one[w.moving] = 1;
  const int64_t step = lattice_step(access, one);
  const int64_t fresh = std::max<int64_t>(1, access.terms[moving].coefficient / step);
  for (int64_t index = 0; w.clipped && w.each_index && index < n; ++index)
    w.each_index = axis.tile(w.moving, index, 1, step, index > 0 ? fresh : INT64_MAX) > 0;
  if (n * static_cast<int64_t>(axis.combinations()) <= kMost)
    count_tiles(axis, access, n, share, w);
  return w;
}

}  // namespace tilewright::audit
