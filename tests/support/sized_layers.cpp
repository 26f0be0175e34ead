#include "tests/support/sized_layers.h"

#include <algorithm>

namespace tilewright::test {

namespace {

// Often 1, often all, else between.
int64_t up_to(Rng& rng, int64_t most) {
  switch (rng.below(6)) {
    case 0:
      return 1;
    case 1:
      return most;
    default:
      return rng.between(1, most);
  }
}

// Features that fill the arrays up to twice.
int64_t features(const System& s) {
  return std::clamp<int64_t>(2 * std::max(s.array.rows, s.array.columns * s.array.lanes), 8, 96);
}
// Rows of an image, or (four times as many) of a matrix, for each core to have some.
int64_t rows(const System& s) { return std::clamp<int64_t>(s.chip.cores, 6, 28); }

Window random_window(Rng& rng) {
  Window w;
  for (size_t a = 0; a < 2; ++a) {
    w.kernel[a] = rng.between(1, 4);
    w.stride[a] = rng.between(1, 3);
    w.dilation[a] = rng.below(4) == 0 ? 2 : 1;
    const int64_t most = w.dilation[a] == 1 ? (w.kernel[a] - 1) / 2 : 0;
    w.pad_begin[a] = rng.between(0, most);
    w.pad_end[a] = rng.between(0, most);
  }
  return w;
}

Shape random_image(Rng& rng, int64_t channels, const Window& w, const System& s) {
  Shape shape = {rng.below(3) == 0 ? rng.between(2, 4) : 1, channels, 0, 0};
  for (size_t a = 0; a < 2; ++a)
    shape[2 + a] = w.dilation[a] * (w.kernel[a] - 1) + up_to(rng, rows(s));
  return shape;
}

ScalarExpr relu(Rng& rng) {
  if (rng.coin()) return {};
  return {{{ScalarOp::Relu, ScalarRef::input(0), {}, {}}}};
}

void add_conv(Network& net, Rng& rng, const System& s) {
  const int64_t groups = rng.below(3) == 0 ? rng.between(2, 8) : 1;
  const int64_t in = up_to(rng, std::max<int64_t>(1, features(s) / groups));
  const int64_t out = up_to(rng, std::max<int64_t>(1, features(s) / groups));
  const Window w = random_window(rng);
  std::vector<ValueId> operands = {net.input("x", random_image(rng, groups * in, w, s)),
                                   net.constant("w", {groups * out, in, w.kernel[0], w.kernel[1]})};
  if (rng.coin()) operands.push_back(net.constant("b", {groups * out}));
  net.output(net.node("conv", Conv{groups, w}, operands, relu(rng)));
}

void add_matmul(Network& net, Rng& rng, const System& s) {
  const int64_t g = rng.coin() ? 1 : rng.between(2, 8), h = rng.coin() ? g : 1;
  const int64_t r = up_to(rng, 4 * rows(s)), k = up_to(rng, 2 * features(s)),
                c = up_to(rng, 2 * features(s));
  const MatMul m{rng.coin(), rng.coin()};
  std::vector<ValueId> operands = {
      net.input("x", m.transpose_a ? Shape{g, k, r} : Shape{g, r, k}),
      net.constant("w", m.transpose_b ? Shape{h, c, k} : Shape{h, k, c})};
  if (rng.coin()) operands.push_back(net.constant("b", {c}));
  net.output(net.node("matmul", m, operands, relu(rng)));
}

void add_pool(Network& net, Rng& rng, const System& s) {
  const Window w = random_window(rng);
  const ValueId x = net.input("x", random_image(rng, up_to(rng, features(s)), w, s));
  net.output(net.node("pool", Pool{rng.coin() ? PoolKind::Max : PoolKind::Average, w}, {x}));
}

Shape random_shape(Rng& rng, const System& s, int64_t least_rank) {
  Shape shape(static_cast<size_t>(rng.between(least_rank, 4)));
  int64_t left = 1 << 14;
  for (int64_t& extent : shape) {
    extent = up_to(rng, std::min(left, 2 * rows(s)));
    left = std::max<int64_t>(1, left / extent);
  }
  return shape;
}

void add_pointwise(Network& net, Rng& rng, const System& s) {
  const Shape shape = random_shape(rng, s, 1);
  const auto broadcast = [&] {
    Shape some = shape;
    for (int64_t& extent : some)
      if (rng.below(3) == 0) extent = 1;
    return some;
  };
  const ValueId x = net.input("x", shape), y = net.constant("y", broadcast());
  ScalarExpr expr{{{ScalarOp::Add, ScalarRef::input(0), ScalarRef::input(1), {}}}};
  if (rng.coin()) expr.steps.push_back({ScalarOp::Exp, ScalarRef::step(0), {}, {}});
  net.output(net.node("pointwise", Pointwise{expr}, {x, y}));
}

void add_reduce(Network& net, Rng& rng, const System& s) {
  const Shape shape = random_shape(rng, s, 1);
  std::vector<int64_t> axes;
  for (size_t a = 0; a < shape.size(); ++a)
    if (rng.coin()) axes.push_back(static_cast<int64_t>(a));
  net.output(net.node("reduce", Reduce{rng.coin() ? ReduceKind::Sum : ReduceKind::Max, axes},
                      {net.input("x", shape)}));
}

// A transposition of a part of its input, with padding around.
void add_move(Network& net, Rng& rng, const System& s) {
  const Shape extent = random_shape(rng, s, 2);
  std::vector<int32_t> loops;
  for (size_t a = 0; a < extent.size(); ++a) loops.push_back(static_cast<int32_t>(a));
  const auto shuffle = [&] {
    for (size_t a = loops.size(); a > 1; --a)
      std::swap(loops[a - 1], loops[static_cast<size_t>(rng.below(static_cast<int64_t>(a)))]);
  };
  MovePart part{0, extent, {}, {}};
  Shape x_shape;
  for (int32_t loop : loops) {
    part.from.push_back({rng.between(-1, 1), rng.between(1, 2), loop});
    x_shape.push_back(std::max<int64_t>(1, extent[static_cast<size_t>(loop)] + rng.between(-1, 2)));
  }
  shuffle();
  for (int32_t loop : loops) part.to.push_back({0, 1, loop});
  net.output(net.node("move", Move{{part}, 0.0f}, {net.input("x", x_shape)}));
}

}  // namespace

const std::vector<SizedPrimitive>& sized_primitives() {
  static const std::vector<SizedPrimitive> all = {
      {"Conv", add_conv},           {"MatMul", add_matmul}, {"Pool", add_pool},
      {"Pointwise", add_pointwise}, {"Reduce", add_reduce}, {"Move", add_move}};
  return all;
}

}  // namespace tilewright::test
