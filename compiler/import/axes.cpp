#include "compiler/import/axes.h"

#include <algorithm>

namespace tilewright {

int64_t normalized_axis(const NodeContext& node, int64_t axis, size_t rank, std::string_view what) {
  const auto limit = static_cast<int64_t>(rank);
  if (axis < -limit || axis >= limit)
    node.bad(fmt::format("{} {} is outside a tensor of {} axes", what, axis, rank));
  return axis < 0 ? axis + limit : axis;
}

std::vector<int64_t> normalized_axes(const NodeContext& node, const std::vector<int64_t>& axes,
                                     size_t rank) {
  std::vector<int64_t> result;
  for (int64_t axis : axes) result.push_back(normalized_axis(node, axis, rank, "axis"));
  std::sort(result.begin(), result.end());
  const auto twice = std::adjacent_find(result.begin(), result.end());
  if (twice != result.end()) node.bad(fmt::format("axis {} is listed twice", *twice));
  return result;
}

std::optional<Shape> broadcast(const Shape& a, const Shape& b) {
  const size_t rank = std::max(a.size(), b.size());
  Shape out(rank, 1);
  for (size_t k = 0; k < rank; ++k) {
    const int64_t x = k < a.size() ? a[a.size() - 1 - k] : 1;
    const int64_t y = k < b.size() ? b[b.size() - 1 - k] : 1;
    if (x != y && x != 1 && y != 1) return std::nullopt;
    out[rank - 1 - k] = x == 1 ? y : x;
  }
  return out;
}

int64_t product(const Shape& shape, size_t begin, size_t end) {
  int64_t result = 1;
  for (size_t axis = begin; axis < end; ++axis) result *= shape[axis];
  return result;
}

std::vector<AxisMap> identity_maps(size_t rank) {
  std::vector<AxisMap> maps;
  for (size_t axis = 0; axis < rank; ++axis) maps.push_back({0, 1, static_cast<int32_t>(axis)});
  return maps;
}

Ref expand(NodeContext& node, Ref operand, const Shape& shape, std::string_view suffix) {
  if (operand->shape == shape) return operand;
  Shape padded = operand->shape;
  padded.insert(padded.begin(), shape.size() - padded.size(), 1);
  if (padded == shape) return node.view(operand, shape, suffix);
  MovePart part;
  part.extent = shape;
  part.to = identity_maps(shape.size());
  const size_t lead = shape.size() - operand->shape.size();
  for (size_t axis = 0; axis < operand->shape.size(); ++axis) {
    const bool moves = operand->shape[axis] != 1;
    part.from.push_back({0, moves ? 1 : 0, moves ? static_cast<int32_t>(lead + axis) : 0});
  }
  return node.emit(Move{{part}, 0}, {operand}, shape, suffix, operand->type);
}

Ref transpose(NodeContext& node, Ref operand, const std::vector<int64_t>& order,
              std::string_view suffix) {
  const size_t rank = operand->shape.size();
  Shape shape;
  MovePart part;
  part.from.resize(rank);
  int64_t last_moving = -1;
  bool in_order = true;
  for (size_t axis = 0; axis < rank; ++axis) {
    const auto source = static_cast<size_t>(order[axis]);
    shape.push_back(operand->shape[source]);
    part.from[source] = {0, 1, static_cast<int32_t>(axis)};
    if (operand->shape[source] == 1) continue;
    in_order = in_order && order[axis] > last_moving;
    last_moving = order[axis];
  }
  if (in_order) return node.view(operand, shape, suffix);
  part.extent = shape;
  part.to = identity_maps(rank);
  return node.emit(Move{{part}, 0}, {operand}, shape, suffix, operand->type);
}

}  // namespace tilewright
