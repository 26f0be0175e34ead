#include "dse/tiles/window.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "compiler/support/math.h"

namespace tilewright {

namespace {

// Slices of an axis' dims, at most two of them.
struct Slices {
  std::vector<Slice> of[2] = {{{0, 1}}, {{0, 1}}};
};

// The distinct points inside the tensor that a box touches, holes left out.
int64_t touched(const AccessAxis& axis, const Extents& pos, const Extents& ext) {
  constexpr int64_t kMost = 1 << 16;
  int64_t pairs = 1;
  for (const AccessTerm& term : axis.terms) pairs *= ext[term.dim];
  if (pairs == 0) return 0;
  const AccessTerm a = axis.terms[0];
  const AccessTerm b = axis.terms.size() > 1 ? axis.terms[1] : AccessTerm{a.dim, 0};
  const int64_t others = axis.terms.size() > 1 ? ext[b.dim] : 1;
  int64_t begin = axis.offset + a.coefficient * pos[a.dim];
  if (axis.terms.size() > 1) begin += b.coefficient * pos[b.dim];
  if (pairs > kMost) {  // at least the points that one of the dims touches alone
    const auto along = [&](const AccessTerm& term, int64_t n) {
      const int64_t from = begin < 0 ? ceil_div(-begin, term.coefficient) : 0;
      const int64_t to =
          begin >= axis.extent ? 0 : std::min(n, (axis.extent - 1 - begin) / term.coefficient + 1);
      return std::max<int64_t>(0, to - from);
    };
    return std::max(along(a, ext[a.dim]), axis.terms.size() > 1 ? along(b, others) : 0);
  }
  std::vector<int64_t> points;
  for (int64_t x = 0; x < ext[a.dim]; ++x)
    for (int64_t y = 0; y < others; ++y) {
      const int64_t at = begin + a.coefficient * x + b.coefficient * y;
      if (at >= 0 && at < axis.extent) points.push_back(at);
    }
  std::sort(points.begin(), points.end());
  return std::unique(points.begin(), points.end()) - points.begin();
}

}  // namespace

TileWindow window_of(const AccessAxis& axis, const Extents& extent, const Extents& parts,
                     ShareRule share, DimSet reduction) {
  size_t moving = 0;
  if (axis.terms.size() > 1) {
    const Dim a = axis.terms[0].dim, b = axis.terms[1].dim;
    moving = contains(reduction, a) && !contains(reduction, b) ? 1 : 0;
  }
  TileWindow w;
  w.moving = axis.terms[moving].dim;
  Slices slice;
  Extents box = Extents::filled(1);
  for (size_t k = 0; k < axis.terms.size(); ++k) {
    const Dim d = axis.terms[k].dim;
    slice.of[k] = slices(extent[d], parts[d], share);
    box[d] = slice.of[k].front().size;
    if (k != moving) w.others |= bit(d);
  }
  const auto most = [&](auto&& of) {
    int64_t found = 0;
    for (const Slice& a : slice.of[0])
      for (const Slice& b : slice.of[1]) {
        Extents pos, ext = Extents::filled(1);
        for (size_t k = 0; k < axis.terms.size(); ++k) {
          pos[axis.terms[k].dim] = (k == 0 ? a : b).start;
          ext[axis.terms[k].dim] = (k == 0 ? a : b).size;
        }
        found = std::max(found, of(pos, ext));
      }
    return found;
  };
  if (w.others != 0) {
    const AccessTerm &own = axis.terms[moving], &other = axis.terms[1 - moving];
    const int64_t points = box[other.dim];
    w.dense = points == 1 || (own.coefficient % other.coefficient == 0 &&
                              points * other.coefficient >= own.coefficient);
  }
  w.touched = most([&](const Extents& pos, const Extents& ext) { return touched(axis, pos, ext); });
  w.single = w.touched;
  if (w.others != 0) {
    w.single = most([&](const Extents& pos, const Extents& ext) {
      const Dim other = axis.terms[1 - moving].dim;
      int64_t least = ext[other] > 0 ? INT64_MAX : 0;
      for (int64_t at = 0; at < ext[other]; ++at) {
        Extents from = pos, one = ext;
        from[other] += at;
        one[other] = 1;
        least = std::min(least, touched(axis, from, one));
      }
      return least;
    });
  }
  const int64_t all = slice.of[moving].front().size;
  w.padded = !without_padding(axis, extent);
  box[w.moving] = 1;
  const int64_t lattice = lattice_step(axis, box);
  const int64_t fresh = std::max<int64_t>(1, axis.terms[moving].coefficient / lattice);
  for (int64_t start = 0; w.padded && w.filled && start < all; ++start)
    w.filled = most([&](Extents pos, Extents ext) {
                 pos[w.moving] += start;
                 ext[w.moving] = std::min<int64_t>(1, std::max<int64_t>(0, ext[w.moving] - start));
                 return axis_points_inside(axis, lattice, pos, ext, start > 0 ? fresh : INT64_MAX);
               }) > 0;
  constexpr int64_t kMost = 1 << 20;  // tiles looked at, about
  if (all * static_cast<int64_t>(slice.of[0].size() * slice.of[1].size()) * 16 > kMost) return w;
  w.all.assign(static_cast<size_t>(all) + 1, 0);
  w.first = w.all;
  for (int64_t tile = 1; tile <= all; ++tile) {
    box[w.moving] = tile;
    const int64_t step = lattice_step(axis, box);
    int64_t sum = 0;
    for (int64_t start = 0; start < all; start += tile) {
      const int64_t points = most([&](Extents pos, Extents ext) {
        pos[w.moving] += start;
        ext[w.moving] = std::clamp<int64_t>(ext[w.moving] - start, 0, tile);
        return axis_points_inside(axis, step, pos, ext);
      });
      if (start == 0) w.first[static_cast<size_t>(tile)] = points;
      sum += points;
    }
    int64_t& least = w.all[static_cast<size_t>(tile)];
    least = tile == 1 ? sum : std::min(sum, w.all[static_cast<size_t>(tile - 1)]);
  }
  // The first tile of a larger size never has fewer points.
  for (int64_t tile = all - 1; tile >= 1; --tile) {
    int64_t& least = w.first[static_cast<size_t>(tile)];
    least = std::min(least, w.first[static_cast<size_t>(tile + 1)]);
  }
  return w;
}

}  // namespace tilewright
