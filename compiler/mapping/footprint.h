// How many elements of an operand a box of the iteration domain touches.
//
// A box touches, along one axis, the lattice points from its first to its last index with the
// greatest common divisor of the moving terms' coefficients as step. Where a window leaves holes
// (stride > kernel > 1) the lattice still covers them: a transfer moves them, too.
#pragma once

#include <cstdint>

#include "compiler/mapping/work.h"

namespace tilewright {

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

// Product of axis_points over the axes at their lattice steps.
int64_t box_elems(const Operand& operand, const std::vector<int64_t>& steps, const Extents& ext);

// The same with the steps of a nominal box: elements of a dense buffer that holds the box.
int64_t footprint_elems(const Operand& operand, const Extents& nominal, const Extents& ext);

}  // namespace tilewright
