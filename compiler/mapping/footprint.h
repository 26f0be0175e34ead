// How many elements of an operand a box of the iteration domain touches.
//
// A box touches, along one axis, the lattice points from its first to its last index with the
// greatest common divisor of the moving terms' coefficients as step. Where a window leaves holes
// (stride > kernel > 1) the lattice still covers them: a transfer moves them, too.
#pragma once

#include <array>
#include <cstdint>

#include "compiler/mapping/work.h"
#include "compiler/support/math.h"

namespace tilewright {

// The terms of an axis laid flat; coefficient 0 where there is none. Functions on it take the
// extents of a box in its two dims, 1 in one that is not there.
struct AxisTerms {
  std::array<Dim, 2> dim{};
  std::array<int64_t, 2> coefficient{};

  AxisTerms() = default;
  explicit AxisTerms(const AccessAxis& axis);

  std::array<int64_t, 2> extents(const Extents& ext) const {
    return {coefficient[0] == 0 ? 1 : ext[dim[0]], coefficient[1] == 0 ? 1 : ext[dim[1]]};
  }
  int64_t points(int64_t step, const std::array<int64_t, 2>& ext) const {
    if (ext[0] == 0 || ext[1] == 0) return 0;
    if (coefficient[1] == 0 && coefficient[0] == step) return ext[0];
    return (coefficient[0] * (ext[0] - 1) + coefficient[1] * (ext[1] - 1)) / step + 1;
  }
  // As axis_points_in_steps().
  int64_t points_in_steps(const std::array<int64_t, 2>& unroll,
                          const std::array<int64_t, 2>& ext) const;
  // As lattice_step().
  int64_t step(const std::array<int64_t, 2>& box) const;
};

// Step of the lattice that a box of nominal extents `box` uses along `axis`: the gcd of the
// coefficients of terms whose extent in `box` exceeds 1 (1 when there is none).
int64_t lattice_step(const AccessAxis& axis, const Extents& box);

// Lattice points of a box of extents `ext` (any <= the nominal ones; 0 when a term's extent is 0).
int64_t axis_points(const AccessAxis& axis, int64_t step, const Extents& ext);

// The same, but only those inside [0, axis.extent), for a box that starts at `pos`; of these, only
// those among the box's `last` points.
int64_t axis_points_inside(const AccessAxis& axis, int64_t step, const Extents& pos,
                           const Extents& ext, int64_t last = INT64_MAX);

// Distinct indices inside [0, axis.extent) that a box of extents `ext` at the origin touches, holes
// left out: exact up to 2^22 pairs of indices of the two terms, beyond that a lower bound.
int64_t axis_points_touched(const AccessAxis& axis, const Extents& ext);

// Lattice points along one axis, counted anew in each of the array's steps over a block of extents
// `ext`, of which it takes `unroll` at once.
int64_t axis_points_in_steps(const AccessAxis& axis, const Extents& unroll, const Extents& ext);

// Elements that the PEs take of an operand, step by step, over a block: neighbours that need the
// same element at once share it.
int64_t elems_in_steps(const Operand& operand, const Extents& unroll, const Extents& ext);

// Largest index that a box of extents `ext` at the origin reaches, holes and padding included.
int64_t last_index(const AccessAxis& axis, const Extents& ext);
// Whether no such index, from the axis' offset on, is padding.
inline bool without_padding(const AccessAxis& axis, const Extents& ext) {
  return axis.offset >= 0 && last_index(axis, ext) < axis.extent;
}

// The axes (bits) along which boxes of nominal extents `box`, of a layer of extents `n`, lie as one
// run of consecutive elements.
uint32_t run_axes(const Operand& operand, const Extents& n, const Extents& box);

// Product of axis_points over the axes at their lattice steps.
int64_t box_elems(const Operand& operand, const std::vector<int64_t>& steps, const Extents& ext);

// The same with the steps of a nominal box: elements of a dense buffer that holds the box.
int64_t footprint_elems(const Operand& operand, const Extents& nominal, const Extents& ext);

}  // namespace tilewright
