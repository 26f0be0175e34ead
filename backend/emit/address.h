// Address generators: how the boxes of an operand lie in external memory, in Lx and at the array.
//
// All of them index an axis by lattice points: point x of a box that starts at loop positions p is
// element offset + sum coefficient * p + step * x of the tensor's axis. A buffer holds the points
// of its box densely, row-major (an axis along which it slides outermost), with the extents of a
// whole (nominal) tile or block, however small the box at an edge may be.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/isa/instruction.h"
#include "compiler/mapping/loop_nest.h"

namespace tilewright {

inline constexpr int kFirstBlockRegister = 8;
constexpr int tile_register(Dim d) { return static_cast<int>(d); }
constexpr int block_register(Dim d) { return kFirstBlockRegister + static_cast<int>(d); }
constexpr RegisterMask tile_mask(DimSet dims) { return dims; }
constexpr RegisterMask block_mask(DimSet dims) {
  return static_cast<RegisterMask>(dims) << kFirstBlockRegister;
}

// A box of an operand and the buffer that is as large as it: per axis the lattice step (those of
// Motion::steps), the points of the whole box, and the stride between them in the buffer.
struct DenseBox {
  Extents nominal;
  std::vector<int64_t> steps, points, strides;
  int64_t elems = 1;
};
DenseBox dense_box(const Operand& operand, const std::vector<int64_t>& steps,
                   const Extents& nominal, const std::optional<Slide>& slide = std::nullopt);

// Points along one axis for the extents that registers `first_register`.. hold.
Count count_of(const AccessAxis& axis, int64_t step, int first_register);

// External memory <-> a tile in Lx; outer positions are those of the whole tensor, with its bounds.
std::vector<BoxAxis> tile_axes(const Operand& operand, const DenseBox& tile);
// Of these, only the points that a tile which slides lacks.
std::vector<BoxAxis> only_fresh(std::vector<BoxAxis> axes, const Slide& slide);

// A tile in Lx <-> a block at the array.
std::vector<BoxAxis> block_axes(const Operand& operand, const DenseBox& tile,
                                const DenseBox& block);

// External memory <-> a block at the array; as tile_axes.
std::vector<BoxAxis> outside_block_axes(const Operand& operand, const DenseBox& block);

// OUT of a Move, out of a buffer that holds the tile of INP: each axis of OUT moves with one dim.
std::vector<BoxAxis> moved_axes(const Operand& out, const DenseBox& out_tile, const Operand& inp,
                                const DenseBox& inp_tile);

// Stride per dim of an element's place in external memory, for an operand whose axes begin at 0.
std::array<int64_t, 8> outside_strides(const Operand& operand);

// Stride per dim of an element's place in the buffer; 0 for dims that have one index in the box.
std::array<int64_t, 8> local_strides(const Operand& operand, const DenseBox& box);

}  // namespace tilewright
