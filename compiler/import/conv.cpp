// Conv: 2-D as it is, 1-D as an image of one row.
#include "compiler/import/axes.h"
#include "compiler/import/operators.h"
#include "compiler/import/window.h"

namespace tilewright {

namespace {

void check_channels(const NodeContext& node, const Shape& x, const Shape& w, int64_t groups) {
  if (groups < 1 || groups > kMostElements)
    node.bad(fmt::format("attribute 'group' is {}; it must be at least 1 and at most {}", groups,
                         kMostElements));
  if (w[1] * groups != x[1])
    node.bad(fmt::format("the input {} has {} channels, the weights {} in {} groups need {}",
                         print(x), x[1], print(w), groups, w[1] * groups));
  if (w[0] % groups != 0)
    node.bad(fmt::format("{} output channels do not divide into {} groups", w[0], groups));
}

// Multiply-accumulates must be countable in 64 bits.
void check_work(const NodeContext& node, const Shape& out, const Shape& w) {
  if (!element_count({out[0], out[1], out[2], out[3], w[1], w[2], w[3]}))
    node.bad("the convolution has more than 2^63 multiply-accumulates");
}

}  // namespace

void lower_conv(NodeContext& node) {
  const Ref x = node.float_input(0), w = node.float_input(1);
  if (w->shape.size() != x->shape.size() || w->shape.size() < 3)
    node.bad(fmt::format("the input {} and the weights {} must both be [N, C, spatial...]",
                         print(x->shape), print(w->shape)));
  const int64_t groups = node.integer("group", 1);
  check_channels(node, x->shape, w->shape, groups);
  const Shape kernel(w->shape.begin() + 2, w->shape.end());
  for (int64_t extent : w->shape)
    if (extent == 0) node.bad(fmt::format("the weights {} are empty", print(w->shape)));
  const auto axes = read_window(node, x->shape, {kernel, false});
  const Conv conv{groups, window_of(axes)};

  std::vector<Ref> inputs = {node.view(x, as_image(x->shape), "/x"),
                             node.view(w, as_image(w->shape), "/w")};
  if (node.has_input(2)) {
    const Ref bias = node.float_input(2);
    if (bias->shape != Shape{w->shape[0]})
      node.bad(fmt::format("the bias {} does not fit {} output channels", print(bias->shape),
                           w->shape[0]));
    inputs.push_back(bias);
  }
  Shape shape = {x->shape[0], w->shape[0]};
  for (const WindowAxis& axis : axes) shape.push_back(axis.out);
  node.check_size(shape);
  check_work(node, as_image(shape), as_image(w->shape));
  const Ref result = node.emit(conv, inputs, as_image(shape));
  node.bind(node.view(result, shape, "/y"));
}

}  // namespace tilewright
