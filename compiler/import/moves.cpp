// Operators that rearrange whole tensors: Move primitives of affine parts.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "compiler/import/axes.h"
#include "compiler/import/operators.h"

namespace tilewright {

namespace {

constexpr size_t kMostParts = 4096;

struct Padding {
  std::vector<int64_t> begin, end;  // per axis of the input
  float fill = 0;
};

// 2k pads for the k axes listed.
void spread_pads(const NodeContext& node, const std::vector<int64_t>& pads,
                 const std::vector<int64_t>& axes, Padding& padding) {
  if (pads.size() != 2 * axes.size())
    node.bad(fmt::format("{} pads are given for {} axes; two for each are needed", pads.size(),
                         axes.size()));
  for (size_t k = 0; k < axes.size(); ++k) {
    for (int64_t pad : {pads[k], pads[axes.size() + k]})
      if (pad < -kMostElements || pad > kMostElements)
        node.bad(fmt::format("the pads are {}; each must be {} to {}", print(pads), -kMostElements,
                             kMostElements));
    padding.begin[static_cast<size_t>(axes[k])] = pads[k];
    padding.end[static_cast<size_t>(axes[k])] = pads[axes.size() + k];
  }
}

float fill_value(NodeContext& node, Ref value) {
  if (!value->is_constant())
    node.unsupported(
        fmt::format("the padding value ({}) is computed at run time", quoted(value->name)));
  const Tensor& data = node.data(value);
  if (element_count(data.shape) != 1)
    node.bad(fmt::format("the padding value has shape {}, not one element", print(data.shape)));
  if (data.type == ElementType::Float32) return data.floats[0];
  if (std::abs(static_cast<double>(data.ints[0])) > (1 << 24))
    node.unsupported(fmt::format("the integer padding value {} is beyond 2^24", data.ints[0]));
  return static_cast<float>(data.ints[0]);
}

Padding read_padding(NodeContext& node, size_t rank) {
  Padding padding{std::vector<int64_t>(rank, 0), std::vector<int64_t>(rank, 0), 0};
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  const auto attribute = node.integers(node.opset() < 2 ? "paddings" : "pads");
  padding.fill = node.number("value", 0);
  if (node.opset() < 11) {
    if (!attribute) node.bad("attribute 'pads' is missing");
    spread_pads(node, *attribute, axes, padding);
    return padding;
  }
  const std::vector<int64_t> pads = node.constant_ints(1, "pads");
  if (node.has_input(2)) padding.fill = fill_value(node, node.input(2));
  if (node.has_input(3)) {
    axes = node.constant_ints(3, "axes");
    normalized_axes(node, axes, rank);
    for (int64_t& axis : axes) axis = normalized_axis(node, axis, rank, "axis");
  }
  spread_pads(node, pads, axes, padding);
  return padding;
}

int64_t read_block(NodeContext& node, const Shape& shape) {
  if (shape.size() != 4) node.bad(fmt::format("the input {} must be [N, C, H, W]", print(shape)));
  if (!node.has("blocksize")) node.bad("attribute 'blocksize' is missing");
  const int64_t block = node.integer("blocksize", 1);
  if (block < 1 || block > (1 << 15))
    node.bad(fmt::format("attribute 'blocksize' is {}; it must be 1 to {}", block, 1 << 15));
  return block;
}

}  // namespace

void lower_transpose(NodeContext& node) {
  const Ref x = node.input(0);
  const size_t rank = x->shape.size();
  std::vector<int64_t> order(rank);
  std::iota(order.rbegin(), order.rend(), 0);
  if (const auto given = node.integers("perm"); given && !(given->empty() && rank > 0)) {
    order = *given;
    std::vector<int64_t> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    std::vector<int64_t> all(rank);
    std::iota(all.begin(), all.end(), 0);
    if (sorted != all)
      node.bad(
          fmt::format("attribute 'perm' is {}, no permutation of {} axes", print(order), rank));
  }
  node.bind(transpose(node, x, order, ""));
}

void lower_concat(NodeContext& node) {
  const Ref first = node.input(0);
  const size_t rank = first->shape.size();
  if (node.opset() >= 4 && !node.has("axis")) node.bad("attribute 'axis' is missing");
  const int64_t given_axis = node.integer("axis", 1);
  const auto axis =
      static_cast<size_t>(normalized_axis(node, given_axis, rank, "attribute 'axis'"));
  Shape shape = first->shape;
  shape[axis] = 0;
  Move move;
  std::vector<Ref> inputs;
  for (size_t i = 0; i < node.input_count(); ++i) {
    const Ref x = node.input(i);
    if (x->type != first->type)
      node.bad(fmt::format("inputs {} and {} differ in type: {} and {}", quoted(first->name),
                           quoted(x->name), name_of(first->type), name_of(x->type)));
    Shape others = x->shape;
    if (others.size() == rank) others[axis] = first->shape[axis];
    if (others != first->shape)
      node.bad(fmt::format("the inputs {} and {} differ on other axes than {}", print(first->shape),
                           print(x->shape), axis));
    if (element_count(x->shape) == 0) continue;
    MovePart part{static_cast<int32_t>(inputs.size()), x->shape, identity_maps(rank),
                  identity_maps(rank)};
    part.to[axis].offset = shape[axis];
    move.parts.push_back(std::move(part));
    inputs.push_back(x);
    shape[axis] += x->shape[axis];
  }
  if (inputs.size() <= 1) return node.bind(inputs.empty() ? first : inputs[0]);
  if (inputs.size() > kMostParts)
    node.unsupported(fmt::format("{} inputs; at most {} are supported", inputs.size(), kMostParts));
  node.bind(node.emit(std::move(move), inputs, shape, "", first->type));
}

void lower_pad(NodeContext& node) {
  const Ref x = node.input(0);
  const std::string mode = node.word("mode", "constant");
  if (mode != "constant")
    node.unsupported(
        fmt::format("padding mode {} is not supported, only 'constant'", quoted(mode)));
  const size_t rank = x->shape.size();
  const Padding padding = read_padding(node, rank);
  MovePart part;
  part.to = identity_maps(rank);
  part.from = identity_maps(rank);
  bool changes = false;
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t extent = x->shape[axis] + padding.begin[axis] + padding.end[axis];
    if (extent < 0)
      node.bad(fmt::format("pads {} and {} crop more than the {} elements of axis {}",
                           padding.begin[axis], padding.end[axis], x->shape[axis], axis));
    part.extent.push_back(extent);
    part.from[axis].offset = -padding.begin[axis];
    changes = changes || padding.begin[axis] != 0 || padding.end[axis] != 0;
  }
  if (!changes) return node.bind(x);
  const Shape shape = part.extent;
  node.bind(node.emit(Move{{part}, padding.fill}, {x}, shape, "", x->type));
}

void lower_expand(NodeContext& node) {
  const Ref x = node.input(0);
  const std::vector<int64_t> wanted = node.constant_ints(1, "shape");
  if (const std::string problem = problem_of_shape(wanted); !problem.empty())
    node.bad("the new shape is unusable: " + problem);
  const auto shape = broadcast(x->shape, wanted);
  if (!shape)
    node.bad(fmt::format("the input {} does not broadcast to {}", print(x->shape), print(wanted)));
  node.check_size(*shape);
  node.bind(expand(node, x, *shape, ""));
}

void lower_depth_to_space(NodeContext& node) {
  const Ref x = node.input(0);
  const int64_t b = read_block(node, x->shape);
  const std::string mode = node.word("mode", "DCR");
  if (mode != "DCR" && mode != "CRD")
    node.bad(fmt::format("attribute 'mode' is {}; known are DCR and CRD", quoted(mode)));
  const int64_t n = x->shape[0], c = x->shape[1], h = x->shape[2], w = x->shape[3];
  if (c % (b * b) != 0)
    node.bad(fmt::format("{} channels do not divide into blocks of {} x {}", c, b, b));
  const int64_t channels = c / (b * b);
  const bool depth_first = mode == "DCR";
  const Shape split = depth_first ? Shape{n, b, b, channels, h, w} : Shape{n, channels, b, b, h, w};
  const std::vector<int64_t> order =
      depth_first ? std::vector<int64_t>{0, 3, 4, 1, 5, 2} : std::vector<int64_t>{0, 1, 4, 2, 5, 3};
  const Ref moved = transpose(node, node.view(x, split, "/split"), order, "");
  node.bind(node.view(moved, {n, channels, h * b, w * b}, "/y"));
}

void lower_space_to_depth(NodeContext& node) {
  const Ref x = node.input(0);
  const int64_t b = read_block(node, x->shape);
  const int64_t n = x->shape[0], c = x->shape[1], h = x->shape[2], w = x->shape[3];
  if (h % b != 0 || w % b != 0)
    node.bad(fmt::format("an image of {} x {} does not divide into blocks of {} x {}", h, w, b, b));
  const Ref split = node.view(x, {n, c, h / b, b, w / b, b}, "/split");
  const Ref moved = transpose(node, split, {0, 3, 5, 1, 2, 4}, "");
  node.bind(node.view(moved, {n, c * b * b, h / b, w / b}, "/y"));
}

}  // namespace tilewright
