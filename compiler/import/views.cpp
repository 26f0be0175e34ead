// Operators that show the same data under another shape, or under another name.
#include "compiler/import/axes.h"
#include "compiler/import/operators.h"
#include "compiler/support/math.h"

namespace tilewright {

namespace {

// Reshape's rules: 0 copies an extent (unless allow_zero), one -1 is inferred.
Shape resolved_shape(const NodeContext& node, const Shape& from, const std::vector<int64_t>& to,
                     bool allow_zero) {
  if (to.size() > kMostAxes)
    node.bad(fmt::format("the shape has {} axes, at most {} are supported", to.size(), kMostAxes));
  Shape shape = to;
  std::optional<size_t> open;
  for (size_t axis = 0; axis < to.size(); ++axis) {
    if (to[axis] < -1 || (to[axis] == -1 && open))
      node.bad(fmt::format("the shape {} must be extents with at most one -1", print(to)));
    if (to[axis] == -1) open = axis;
    if (to[axis] != 0 || allow_zero) continue;
    if (axis >= from.size())
      node.bad(fmt::format("the shape {} copies axis {}, the input {} has {} axes", print(to), axis,
                           print(from), from.size()));
    shape[axis] = from[axis];
  }
  const int64_t count = *element_count(from);
  if (open) {
    shape[*open] = 1;
    const auto others = element_count(shape);
    if (!others || *others == 0 || count % *others != 0)
      node.bad(fmt::format("the {} elements of {} do not divide into shape {}", count, print(from),
                           print(to)));
    shape[*open] = count / *others;
  }
  if (element_count(shape) != count)
    node.bad(fmt::format("the input {} has {} elements, the shape {} another number", print(from),
                         count, print(to)));
  return shape;
}

// Axes from the attribute (until opset 12) or the second input.
std::optional<std::vector<int64_t>> read_axes(NodeContext& node) {
  std::optional<std::vector<int64_t>> axes = node.integers("axes");
  if (node.has_input(1)) axes = node.constant_ints(1, "axes");
  return axes;
}

}  // namespace

void lower_reshape(NodeContext& node) {
  node.ignore({"consumed_inputs"});
  const Ref x = node.input(0);
  const bool allow_zero = node.integer("allowzero", 0) != 0;
  std::optional<std::vector<int64_t>> to = node.integers("shape");
  if (node.has_input(1)) to = node.constant_ints(1, "shape");
  if (!to) node.bad("the new shape is missing");
  node.bind(node.view(x, resolved_shape(node, x->shape, *to, allow_zero), ""));
}

void lower_flatten(NodeContext& node) {
  const Ref x = node.input(0);
  const auto rank = static_cast<int64_t>(x->shape.size());
  int64_t axis = node.integer("axis", 1);
  if (axis < -rank || axis > rank)
    node.bad(fmt::format("attribute 'axis' {} is outside a tensor of {} axes", axis, rank));
  if (axis < 0) axis += rank;
  const auto split = static_cast<size_t>(axis);
  const Shape shape = {product(x->shape, 0, split), product(x->shape, split, x->shape.size())};
  node.bind(node.view(x, shape, ""));
}

void lower_squeeze(NodeContext& node) {
  const Ref x = node.input(0);
  const auto given = read_axes(node);
  std::vector<int64_t> axes;
  if (given) {
    axes = normalized_axes(node, *given, x->shape.size());
  } else {
    for (size_t axis = 0; axis < x->shape.size(); ++axis)
      if (x->shape[axis] == 1) axes.push_back(static_cast<int64_t>(axis));
  }
  Shape shape;
  for (size_t axis = 0, next = 0; axis < x->shape.size(); ++axis) {
    if (next == axes.size() || static_cast<size_t>(axes[next]) != axis) {
      shape.push_back(x->shape[axis]);
      continue;
    }
    if (x->shape[axis] != 1)
      node.bad(
          fmt::format("axis {} of {} has extent {}, not 1", axis, print(x->shape), x->shape[axis]));
    ++next;
  }
  node.bind(node.view(x, shape, ""));
}

void lower_unsqueeze(NodeContext& node) {
  const Ref x = node.input(0);
  const auto given = read_axes(node);
  if (!given) node.bad("the axes are missing");
  const size_t rank = x->shape.size() + given->size();
  if (rank > kMostAxes)
    node.bad(fmt::format("the result has {} axes, at most {} are supported", rank, kMostAxes));
  const auto axes = normalized_axes(node, *given, rank);
  Shape shape;
  for (size_t axis = 0, next = 0, from = 0; axis < rank; ++axis) {
    const bool added = next < axes.size() && static_cast<size_t>(axes[next]) == axis;
    if (added) ++next;
    shape.push_back(added ? 1 : x->shape[from++]);
  }
  node.bind(node.view(x, shape, ""));
}

void lower_identity(NodeContext& node) { node.bind(node.input(0)); }

void lower_dropout(NodeContext& node) {
  node.ignore({"ratio", "seed", "is_test", "consumed_inputs"});
  if (node.output_is_used(1))
    node.unsupported("output 1 (mask) is used; only the inference form is supported");
  if (node.has_input(2)) {
    const Ref training = node.input(2);
    if (!training->is_constant())
      node.unsupported(
          fmt::format("training_mode ({}) is computed at run time", quoted(training->name)));
    const Tensor& flag = node.data(training);
    if (flag.type != ElementType::Bool || flag.ints.size() != 1)
      node.bad(fmt::format("training_mode ({}) is {} {}, not one bool", quoted(training->name),
                           name_of(flag.type), print(flag.shape)));
    if (flag.ints[0] != 0)
      node.unsupported("training_mode is set; only the inference form is supported");
  }
  node.bind(node.input(0));
}

}  // namespace tilewright
