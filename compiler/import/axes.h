// Arithmetic on axes and shapes that several operator families share.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/import/node_context.h"

namespace tilewright {

// Axis in [-rank, rank) as one in [0, rank).
int64_t normalized_axis(const NodeContext& node, int64_t axis, size_t rank, std::string_view what);
// Several, each once; ascending.
std::vector<int64_t> normalized_axes(const NodeContext& node, const std::vector<int64_t>& axes,
                                     size_t rank);

// Numpy's rule; nothing when the shapes do not broadcast.
std::optional<Shape> broadcast(const Shape& a, const Shape& b);

// Product of extents [begin, end); the operand's element count is in bounds already.
int64_t product(const Shape& shape, size_t begin, size_t end);
inline int64_t product(const Shape& shape) { return product(shape, 0, shape.size()); }

// One loop per axis of `extent`: identity maps.
std::vector<AxisMap> identity_maps(size_t rank);

// The operand's data broadcast to `shape` by a Move.
Ref expand(NodeContext& node, Ref operand, const Shape& shape, std::string_view suffix);
// Axes permuted: output axis k is input axis order[k]. A view where only extents of 1 move.
Ref transpose(NodeContext& node, Ref operand, const std::vector<int64_t>& order,
              std::string_view suffix);

}  // namespace tilewright
