#include "compiler/mapping/footprint.h"

#include <algorithm>
#include <numeric>

#include "compiler/support/math.h"

namespace tilewright {

int64_t lattice_step(const AccessAxis& axis, const Extents& box) {
  int64_t step = 0;
  for (const AccessTerm& term : axis.terms)
    if (box[term.dim] > 1) step = std::gcd(step, term.coefficient);
  return step == 0 ? 1 : step;
}

int64_t axis_points(const AccessAxis& axis, int64_t step, const Extents& ext) {
  int64_t span = 0;
  for (const AccessTerm& term : axis.terms) {
    if (ext[term.dim] == 0) return 0;
    span += term.coefficient * (ext[term.dim] - 1);
  }
  return span / step + 1;
}

int64_t axis_points_inside(const AccessAxis& axis, int64_t step, const Extents& pos,
                           const Extents& ext, int64_t last) {
  int64_t first = axis.offset;
  for (const AccessTerm& term : axis.terms) first += term.coefficient * pos[term.dim];
  const int64_t points = axis_points(axis, step, ext);
  const int64_t inside = first < 0 ? ceil_div(-first, step) : 0;
  const int64_t begin = std::max(inside, points - std::min(last, points));
  const int64_t end = axis.extent > first ? ceil_div(axis.extent - first, step) : 0;
  return std::max<int64_t>(0, std::min(points, end) - begin);
}

int64_t axis_points_touched(const AccessAxis& axis, const Extents& ext) {
  const int64_t lattice = axis_points_inside(axis, lattice_step(axis, ext), Extents{}, ext);
  if (axis.terms.size() < 2) return lattice;
  const AccessTerm &a = axis.terms[0], &b = axis.terms[1];
  if (ext[a.dim] * ext[b.dim] > (int64_t{1} << 22))
    return std::min(lattice, std::max(ext[a.dim], ext[b.dim]));
  std::vector<int64_t> touched;
  for (int64_t x = 0; x < ext[a.dim]; ++x)
    for (int64_t y = 0; y < ext[b.dim]; ++y) {
      const int64_t index = axis.offset + a.coefficient * x + b.coefficient * y;
      if (index >= 0 && index < axis.extent) touched.push_back(index);
    }
  std::sort(touched.begin(), touched.end());
  return std::unique(touched.begin(), touched.end()) - touched.begin();
}

int64_t axis_points_in_steps(const AccessAxis& axis, const Extents& unroll, const Extents& ext) {
  struct Steps {
    int64_t count, ext;
  };
  const auto steps_of = [&](size_t term) {
    if (term >= axis.terms.size()) return std::vector<Steps>{{1, 1}};
    const Dim d = axis.terms[term].dim;
    return std::vector<Steps>{{ext[d] / unroll[d], unroll[d]},
                              {ext[d] % unroll[d] > 0 ? 1 : 0, ext[d] % unroll[d]}};
  };
  const int64_t lattice = lattice_step(axis, unroll);
  int64_t points = 0;
  for (const Steps& a : steps_of(0))
    for (const Steps& b : steps_of(1)) {
      if (a.count * b.count == 0) continue;
      Extents step = Extents::filled(1);
      if (!axis.terms.empty()) step[axis.terms[0].dim] = a.ext;
      if (axis.terms.size() > 1) step[axis.terms[1].dim] = b.ext;
      points += a.count * b.count * axis_points(axis, lattice, step);
    }
  return points;
}

int64_t elems_in_steps(const Operand& operand, const Extents& unroll, const Extents& ext) {
  int64_t elems = 1;
  for (const AccessAxis& axis : operand.axes) elems *= axis_points_in_steps(axis, unroll, ext);
  for (Dim d : kDims)
    if (!contains(operand.dims(), d)) elems *= ceil_div(ext[d], unroll[d]);
  return elems;
}

int64_t last_index(const AccessAxis& axis, const Extents& ext) {
  int64_t last = axis.offset;
  for (const AccessTerm& term : axis.terms) last += term.coefficient * (ext[term.dim] - 1);
  return last;
}

int64_t box_elems(const Operand& operand, const std::vector<int64_t>& steps, const Extents& ext) {
  int64_t elems = 1;
  for (size_t a = 0; a < operand.axes.size(); ++a)
    elems *= axis_points(operand.axes[a], steps[a], ext);
  return elems;
}

int64_t footprint_elems(const Operand& operand, const Extents& nominal, const Extents& ext) {
  int64_t elems = 1;
  for (const AccessAxis& axis : operand.axes)
    elems *= axis_points(axis, lattice_step(axis, nominal), ext);
  return elems;
}

}  // namespace tilewright
