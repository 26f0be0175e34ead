// Random convolutional graphs that hold what the transforms look for, for their tests.
#pragma once

#include "tests/unit/compiler/ir/graph_builder.h"

namespace tilewright {

// x -> (x - mean) / sqrt(var + 1e-5) * scale + shift, as BatchNormalization is imported.
inline constexpr const char* kBatchNorm =
    "add(mul(sub(%0, %3), div(%1, sqrt(add(%4, 1e-05)))), %2)";
// The same steps in the importer's order.
inline constexpr const char* kBatchNormSteps =
    "$0 = add(%4, 1e-05); $1 = sqrt($0); $2 = div(%1, $1); $3 = sub(%0, %3); $4 = mul($3, $2); "
    "$5 = add($4, %2)";

class RandomGraph {
 public:
  explicit RandomGraph(uint64_t seed) : rng_{seed, 0} {}

  Graph make() {
    open_.push_back(build_.input("x", {rng_.between(1, 2), rng_.between(1, 4), 6, 7}));
    const int64_t length = rng_.between(3, 14);
    for (int64_t n = 0; n < length; ++n) open_.push_back(layer(pick()));
    std::vector<ValueId> outputs = {open_.back()};
    if (rng_.coin() && open_[open_.size() / 2] != outputs[0])
      outputs.push_back(open_[open_.size() / 2]);
    return build_.finish(outputs);
  }

 private:
  // Mostly the newest value, so that chains arise.
  ValueId pick() {
    return rng_.below(4) > 0
               ? open_.back()
               : open_[static_cast<size_t>(rng_.below(static_cast<int64_t>(open_.size())))];
  }

  ValueId layer(ValueId x) {
    switch (rng_.below(11)) {
      case 0:
        return conv(x);
      case 1:
        return batch_norm(conv(x));
      case 2:
        return unary(conv(x));
      case 3:
        return per_feature(conv(x));
      case 4:
        return unary(unary(x));
      case 5:
        return unary(build_.pointwise("add(%0, %1)", {x, x}));
      case 6:
        return scalar(x);
      case 7:
        return build_.pointwise("%0", {x});
      case 8:
        return dense(x);
      case 9:
        return from_constants(x);
      default:
        return build_.pointwise("mul(%0, tanh(%1))", {x, unary(x)});
    }
  }

  ValueId conv(ValueId x) {
    const int64_t features = rng_.between(1, 4);
    std::vector<ValueId> operands = {
        x, build_.constant(rng_, {features, build_.shape(x)[1], 3, 3}, -0.5f, 0.5f)};
    if (rng_.coin()) operands.push_back(build_.constant(rng_, {features}));
    return build_.node(Conv{1, {{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}}, operands, "Conv");
  }

  ValueId batch_norm(ValueId x) {
    const Shape shape = {1, build_.shape(x)[1], 1, 1};
    return build_.pointwise(
        kBatchNormSteps, {x, build_.constant(rng_, shape, 0.5f, 1.5f), build_.constant(rng_, shape),
                          build_.constant(rng_, shape), build_.constant(rng_, shape, 0.5f, 2.0f)});
  }

  ValueId unary(ValueId x) {
    const char* choices[] = {"relu(%0)", "tanh(%0)", "min(max(%0, 0), 6)", "neg(%0)",
                             "$0 = sigmoid(%0); $1 = mul($0, %0)"};
    return build_.pointwise(choices[rng_.below(5)], {x});
  }

  ValueId per_feature(ValueId x) {
    const ValueId c = build_.constant(rng_, {build_.shape(x)[1], 1, 1}, 0.5f, 1.5f);
    const char* choices[] = {"add(%1, %0)", "mul(%0, %1)", "sub(%1, %0)", "div(%0, %1)"};
    return build_.pointwise(choices[rng_.below(4)], {x, c});
  }

  ValueId scalar(ValueId x) {
    const ValueId c = build_.constant(rng_, rng_.coin() ? Shape{} : Shape{1, 1}, 0.5f, 1.5f);
    const char* choices[] = {"add(%1, %0)", "div(%0, %1)", "max(%0, %1)", "mul(%0, sqrt(%1))"};
    return build_.pointwise(choices[rng_.below(4)], {x, c});
  }

  // Flattened, multiplied, perhaps normalised under the flat shape, and back to an image.
  ValueId dense(ValueId x) {
    const Shape image = build_.shape(x);
    const int64_t in = image[1] * image[2] * image[3], features = 2 * 3 * 2;
    ValueId y = build_.view(x, {1, image[0], in});
    const bool transposed = rng_.coin();
    const Shape weights = transposed ? Shape{1, features, in} : Shape{1, in, features};
    y = build_.node(MatMul{false, transposed}, {y, build_.constant(rng_, weights, -0.2f, 0.2f)});
    y = build_.view(y, {image[0], features});
    if (rng_.coin())
      y = build_.pointwise("add(mul(%0, %1), %2)", {y, build_.constant(rng_, {features}),
                                                    build_.constant(rng_, {1, features})});
    return build_.view(rng_.coin() ? unary(y) : y, {image[0], 2, 3, 2});
  }

  ValueId from_constants(ValueId x) {
    const ValueId a = build_.constant(rng_, {build_.shape(x)[1], 1, 1});
    const ValueId b = build_.pointwise("exp(%0)", {build_.pointwise("mul(%0, %1)", {a, a})});
    return build_.pointwise("sub(%0, %1)", {x, b});
  }

  Rng rng_;
  GraphBuilder build_;
  std::vector<ValueId> open_;
};

// Both compute the same outputs of the same names, up to rounding.
inline void require_same(const Graph& before, const Graph& after, uint64_t seed) {
  INFO("seed " << seed << "\nbefore\n" << print(before) << "after\n" << print(after));
  REQUIRE(verify(after).empty());
  REQUIRE(after.inputs.size() == before.inputs.size());
  REQUIRE(after.outputs.size() == before.outputs.size());
  for (size_t i = 0; i < before.outputs.size(); ++i)
    REQUIRE(after.value(after.outputs[i]).name == before.value(before.outputs[i]).name);
  const auto inputs = random_inputs(before, seed);
  const auto expected = must_evaluate(before, inputs), result = must_evaluate(after, inputs);
  for (const auto& [name, tensor] : expected) {
    REQUIRE(result.at(name).shape == tensor.shape);
    float largest = 1e-3f;
    for (float value : tensor.floats) largest = std::max(largest, std::fabs(value));
    for (size_t e = 0; e < tensor.floats.size(); ++e)
      REQUIRE(std::fabs(result.at(name).floats[e] - tensor.floats[e]) <= 2e-4f * largest);
  }
}

}  // namespace tilewright
