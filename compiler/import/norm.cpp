// BatchNormalization (inference), LayerNormalization and LRN.
#include <numeric>

#include "compiler/import/axes.h"
#include "compiler/import/expression.h"
#include "compiler/import/operators.h"

namespace tilewright {

namespace {

using Op = ScalarOp;
using F = ExpressionWriter;

F::Term in(int index) { return ScalarRef::input(index); }

// A scale or bias of LayerNormalization, which broadcasts to the normalised axes.
Ref layer_parameter(NodeContext& node, size_t index, std::string_view what, const Shape& layer) {
  const Ref parameter = node.float_input(index);
  if (broadcast(layer, parameter->shape) != layer)
    node.bad(fmt::format("the {} {} does not broadcast to the normalised axes {}", what,
                         print(parameter->shape), print(layer)));
  return parameter;
}

}  // namespace

void lower_batch_normalization(NodeContext& node) {
  node.ignore({"consumed_inputs", "momentum", "is_test"});
  const Ref x = node.float_input(0);
  if (x->shape.size() < 2)
    node.bad(fmt::format("the input {} has no channel axis", print(x->shape)));
  const float epsilon = node.number("epsilon", 1e-5f);
  if (node.integer("training_mode", 0) != 0)
    node.unsupported("training_mode is set; only the inference form is supported");
  if (node.integer("spatial", 1) == 0)
    node.unsupported("spatial is 0; only one scale per channel is supported");
  for (size_t k = 1; k < node.output_count(); ++k)
    if (node.output_is_used(k))
      node.unsupported(
          fmt::format("output {} is used; only the inference form, with one output, is "
                      "supported",
                      k));
  const int64_t channels = x->shape[1];
  Shape per_channel(x->shape.size(), 1);
  per_channel[1] = channels;
  constexpr const char* kNames[] = {"", "scale", "bias", "mean", "variance"};
  std::vector<Ref> inputs = {x};
  for (size_t i = 1; i < 5; ++i) {
    const Ref parameter = node.float_input(i);
    if (parameter->shape != Shape{channels})
      node.bad(fmt::format("the {} {} does not fit {} channels", kNames[i], print(parameter->shape),
                           channels));
    inputs.push_back(node.view(parameter, per_channel, fmt::format("/{}", kNames[i])));
  }
  F f;
  const F::Term deviation = f(Op::Sqrt, f(Op::Add, in(4), epsilon));
  const F::Term factor = f(Op::Div, in(1), deviation);
  const F::Term centred = f(Op::Sub, in(0), in(3));
  f(Op::Add, f(Op::Mul, centred, factor), in(2));
  node.bind(node.emit(Pointwise{f.expr}, inputs, x->shape));
}

void lower_layer_normalization(NodeContext& node) {
  const Ref x = node.float_input(0);
  const size_t rank = x->shape.size();
  const int64_t given_axis = node.integer("axis", -1);
  const int64_t first = normalized_axis(node, given_axis, rank, "attribute 'axis'");
  const float epsilon = node.number("epsilon", 1e-5f);
  if (const int64_t type = node.integer("stash_type", 1); type != onnx::TensorProto::FLOAT)
    node.unsupported(
        fmt::format("attribute 'stash_type' is {}; only 1 (float) is supported", type));
  const Shape layer(x->shape.begin() + first, x->shape.end());
  std::vector<Ref> inputs = {x, nullptr, nullptr, layer_parameter(node, 1, "scale", layer)};
  if (node.has_input(2)) inputs.push_back(layer_parameter(node, 2, "bias", layer));
  std::vector<int64_t> axes(layer.size());
  std::iota(axes.begin(), axes.end(), first);
  Shape kept = x->shape;
  std::fill(kept.begin() + first, kept.end(), 1);

  const Ref mean = node.emit(Reduce{ReduceKind::Mean, axes}, {x}, kept, "/mean");
  F square;
  const F::Term centred = square(Op::Sub, in(0), in(1));
  square(Op::Mul, centred, centred);
  const Ref squares = node.emit(Pointwise{square.expr}, {x, mean}, x->shape, "/square");
  const Ref variance = node.emit(Reduce{ReduceKind::Mean, axes}, {squares}, kept, "/variance");
  inputs[1] = mean;
  inputs[2] = variance;
  F f;
  const F::Term deviation = f(Op::Sqrt, f(Op::Add, in(2), epsilon));
  const F::Term scaled = f(Op::Mul, f(Op::Div, f(Op::Sub, in(0), in(1)), deviation), in(3));
  if (inputs.size() > 4) f(Op::Add, scaled, in(4));
  node.bind(0, node.emit(Pointwise{f.expr}, inputs, x->shape));
  if (node.output_is_used(1)) node.bind(1, mean);
  if (node.output_is_used(2)) {
    F inverse;
    inverse(Op::Reciprocal, inverse(Op::Sqrt, inverse(Op::Add, inverse.x, epsilon)));
    node.bind(2, node.emit(Pointwise{inverse.expr}, {variance}, kept, "/inverse"));
  }
}

void lower_lrn(NodeContext& node) {
  const Ref x = node.float_input(0);
  if (x->shape.size() < 3)
    node.bad(fmt::format("the input {} must be [N, C, spatial...]", print(x->shape)));
  if (!node.has("size")) node.bad("attribute 'size' is missing");
  const int64_t size = node.integer("size", 1);
  if (size < 1 || size > kMostElements)
    node.bad(fmt::format("attribute 'size' is {}; it must be at least 1", size));
  const float alpha = node.number("alpha", 1e-4f), beta = node.number("beta", 0.75f);
  const float offset = node.number("bias", 1.0f);
  const int64_t channels = x->shape[1];
  const Shape columns = {x->shape[0], 1, channels, product(x->shape, 2, x->shape.size())};

  F square;
  square(Op::Mul, square.x, square.x);
  const Ref squares = node.emit(Pointwise{square.expr}, {x}, x->shape, "/square");
  Pool pool{PoolKind::Average, {}};
  pool.window.kernel = {size, 1};
  pool.window.pad_begin = {(size - 1) / 2, 0};
  pool.window.pad_end = {size / 2, 0};
  const Ref mean = node.emit(pool, {node.view(squares, columns, "/columns")}, columns, "/mean");

  F scale;
  const F::Term sum = scale(Op::Add, scale(Op::Mul, ScalarRef::input(1), alpha), offset);
  scale(Op::Mul, scale.x, scale(Op::Pow, sum, -beta));
  node.bind(node.emit(Pointwise{scale.expr}, {x, node.view(mean, x->shape, "/image")}, x->shape));
}

}  // namespace tilewright
