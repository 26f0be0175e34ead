#include "compiler/mapping/footprint.h"

#include <algorithm>
#include <numeric>

#include "compiler/support/math.h"

namespace tilewright {

AxisTerms::AxisTerms(const AccessAxis& axis) {
  for (size_t k = 0; k < axis.terms.size(); ++k) {
    dim[k] = axis.terms[k].dim;
    coefficient[k] = axis.terms[k].coefficient;
  }
}

int64_t AxisTerms::step(const std::array<int64_t, 2>& box) const {
  const int64_t gcd = std::gcd(box[0] > 1 ? coefficient[0] : 0, box[1] > 1 ? coefficient[1] : 0);
  return gcd == 0 ? 1 : gcd;
}

int64_t AxisTerms::points_in_steps(const std::array<int64_t, 2>& unroll,
                                   const std::array<int64_t, 2>& ext) const {
  const int64_t lattice = step(unroll);
  int64_t total = 0;
  for (const bool edge_a : {false, true})
    for (const bool edge_b : {false, true}) {
      const int64_t a = edge_a ? ext[0] % unroll[0] : unroll[0];
      const int64_t b = edge_b ? ext[1] % unroll[1] : unroll[1];
      const int64_t count = (edge_a ? 1 : ext[0] / unroll[0]) * (edge_b ? 1 : ext[1] / unroll[1]);
      total += count * points(lattice, {a, b});
    }
  return total;
}

int64_t lattice_step(const AccessAxis& axis, const Extents& box) {
  const AxisTerms terms(axis);
  return terms.step(terms.extents(box));
}

int64_t axis_points(const AccessAxis& axis, int64_t step, const Extents& ext) {
  const AxisTerms terms(axis);
  return terms.points(step, terms.extents(ext));
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
  const AxisTerms terms(axis);
  return terms.points_in_steps(terms.extents(unroll), terms.extents(ext));
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

namespace {

// Whether each box holds all of the axis.
bool whole(const AccessAxis& axis, int64_t step, const Extents& n, const Extents& box) {
  for (const AccessTerm& term : axis.terms)
    if (box[term.dim] != n[term.dim]) return false;
  return axis_points_inside(axis, step, Extents{}, n) == axis.extent;
}

}  // namespace

// From the axis whose elements follow each other outwards, as long as the axes within are whole.
uint32_t run_axes(const Operand& operand, const Extents& n, const Extents& box) {
  uint32_t axes = 0;
  int64_t run = 1;
  for (bool goes_on = true; goes_on;) {
    goes_on = false;
    for (size_t a = 0; a < operand.axes.size(); ++a) {
      const AccessAxis& axis = operand.axes[a];
      const int64_t step = lattice_step(axis, box);
      if ((axes >> a & 1) != 0 || axis.stride_elems * step != run) continue;
      axes |= 1u << a;
      goes_on = whole(axis, step, n, box);
      run *= axis.extent;
      break;
    }
  }
  return axes;
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
