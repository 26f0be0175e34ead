#include <cmath>

#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

TEST_CASE("BatchNormalization is one Pointwise of six steps, parameters as [1,C,1,1]") {
  ModelBuilder m;
  m.input("x", {1, 2, 2, 2}).output("y");
  for (const char* name : {"scale", "bias", "mean", "var"}) m.weights(name, counting({2}));
  m.node("BatchNormalization", {"x", "scale", "bias", "mean", "var"}, {"y"})
      .named("bn")
      .set("epsilon", 0.25f);
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"bn Pointwise [1,2,2,2]"});
  CHECK(graph.nodes[0].op == "BatchNormalization");
  std::vector<ScalarOp> ops;
  for (const ScalarStep& step : primitive_at<Pointwise>(graph, 0).expr.steps)
    ops.push_back(step.op);
  CHECK(ops == std::vector<ScalarOp>{ScalarOp::Add, ScalarOp::Sqrt, ScalarOp::Div, ScalarOp::Sub,
                                     ScalarOp::Mul, ScalarOp::Add});
  REQUIRE(graph.nodes[0].inputs.size() == 5);
  for (size_t i = 1; i < 5; ++i) {
    CHECK(graph.value(graph.nodes[0].inputs[i]).shape == Shape{1, 2, 1, 1});
    CHECK(graph.value(graph.nodes[0].inputs[i]).constant != nullptr);
  }
  const Tensor y = computed(graph, {{"x", counting({1, 2, 2, 2})}});
  for (int n = 0; n < 8; ++n) {
    const float c = n < 4 ? 0 : 1;
    CHECK(y.floats[static_cast<size_t>(n)] ==
          Approx((static_cast<float>(n) - c) / std::sqrt(c + 0.25f) * c + c));
  }
}

TEST_CASE("BatchNormalization refuses the training form and parameters of other lengths") {
  ModelBuilder m(14);
  m.input("x", {1, 2, 2, 2}).output("y").output("z");
  for (const char* name : {"scale", "bias", "var"}) m.weights(name, counting({2}));
  m.weights("mean", counting({3}));
  m.node("BatchNormalization", {"x", "scale", "bias", "bias", "var"}, {"y"})
      .named("t")
      .set("training_mode", int64_t{1});
  m.node("BatchNormalization", {"x", "scale", "bias", "mean", "var"}, {"z"}).named("l");
  CHECK(findings(m) ==
        Lines{"3 m.onnx: node 't' (BatchNormalization): training_mode is set; only the inference "
              "form is supported",
              "2 m.onnx: node 'l' (BatchNormalization): the mean [3] does not fit 2 channels"});
}

TEST_CASE("LRN averages squares over a window of channels") {
  ModelBuilder m;
  m.input("x", {1, 4, 2, 1}).output("y");
  m.node("LRN", {"x"}, {"y"})
      .named("n")
      .set("size", int64_t{2})
      .set("alpha", 0.5f)
      .set("beta", 2.0f)
      .set("bias", 3.0f);
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"n/square Pointwise [1,4,2,1]", "n/columns Move [1,1,4,2]",
                                 "n/mean Pool [1,1,4,2]", "n/image Move [1,4,2,1]",
                                 "n Pointwise [1,4,2,1]"});
  const Tensor y = computed(graph, {{"x", counting({1, 4, 2, 1})}});
  for (int c = 0; c < 4; ++c) {
    const auto x = [](int channel) { return static_cast<float>(2 * channel); };  // at row 0
    const float sum = x(c) * x(c) + (c < 3 ? x(c + 1) * x(c + 1) : 0);
    CHECK(y.floats[static_cast<size_t>(2 * c)] ==
          Approx(x(c) / std::pow(3 + 0.5f / 2 * sum, 2.0f)));
  }
}

TEST_CASE("LayerNormalization is two means and two Pointwise over the axes from `axis` on") {
  ModelBuilder m(17);
  m.input("x", {2, 3, 4}).output("y");
  m.weights("scale", counting({3, 4}, 0.5f)).weights("bias", counting({4}));
  m.node("LayerNormalization", {"x", "scale", "bias"}, {"y"})
      .named("n")
      .set("axis", int64_t{-2})
      .set("epsilon", 0.25f);
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"n/mean Reduce [2,1,1]", "n/square Pointwise [2,3,4]",
                                 "n/variance Reduce [2,1,1]", "n Pointwise [2,3,4]"});
  for (size_t node : {0, 2}) {
    CHECK(primitive_at<Reduce>(graph, node).kind == ReduceKind::Mean);
    CHECK(primitive_at<Reduce>(graph, node).axes == std::vector<int64_t>{1, 2});
  }
  const Tensor y = computed(graph, {{"x", counting({2, 3, 4})}});
  // 0 to 11 have the mean 11 / 2 and the variance (12 * 12 - 1) / 12; another start shifts the
  // mean.
  const double deviation = std::sqrt((12 * 12 - 1) / 12.0 + 0.25);
  for (int n = 0; n < 2 * 12; ++n) {
    const int k = n % 12;
    CHECK(y.floats[static_cast<size_t>(n)] ==
          Approx((k - 5.5) / deviation * 0.5 * k + k % 4).margin(1e-5));
  }
}

TEST_CASE("LayerNormalization without a bias takes the last axis, and gives mean and deviation") {
  ModelBuilder m(17);
  m.input("x", {2, 4}).output("y").output("mean").output("inverse");
  m.weights("scale", float_tensor({}, {3}));
  m.node("LayerNormalization", {"x", "scale"}, {"y", "mean", "inverse"})
      .named("n")
      .set("epsilon", 0.0f);
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"n/mean Reduce [2,1]", "n/square Pointwise [2,4]",
                                 "n/variance Reduce [2,1]", "n Pointwise [2,4]",
                                 "n/inverse Pointwise [2,1]"});
  const auto results = evaluate(graph, {{"x", counting({2, 4})}});
  REQUIRE(results.has_value());
  const double variance = (1.5 * 1.5 + 0.5 * 0.5) / 2;  // of four numbers one apart
  const Tensor &y = results->at("y"), &mean = results->at("mean");
  for (size_t row = 0; row < 2; ++row) {
    CHECK(mean.floats[row] == Approx(4 * static_cast<double>(row) + 1.5));
    CHECK(results->at("inverse").floats[row] == Approx(1 / std::sqrt(variance)));
    for (size_t k = 0; k < 4; ++k)
      CHECK(y.floats[4 * row + k] ==
            Approx(3 * (static_cast<double>(k) - 1.5) / std::sqrt(variance)));
  }
}

TEST_CASE("LayerNormalization refuses parameters that do not fit, axes and types that are not") {
  ModelBuilder m(17);
  m.input("x", {2, 3, 4}).output("a").output("b").output("c").output("d");
  m.weights("fits", counting({4}))
      .weights("narrow", counting({3}))
      .weights("wide", counting({3, 4}));
  m.node("LayerNormalization", {"x", "narrow"}, {"a"}).named("scale");
  m.node("LayerNormalization", {"x", "fits", "wide"}, {"b"}).named("bias");
  m.node("LayerNormalization", {"x", "fits"}, {"c"}).named("axis").set("axis", int64_t{3});
  m.node("LayerNormalization", {"x", "fits"}, {"d"}).named("type").set("stash_type", int64_t{16});
  CHECK(
      findings(m) ==
      Lines{"2 m.onnx: node 'scale' (LayerNormalization): the scale [3] does not broadcast to the "
            "normalised axes [4]",
            "2 m.onnx: node 'bias' (LayerNormalization): the bias [3,4] does not broadcast to the "
            "normalised axes [4]",
            "2 m.onnx: node 'axis' (LayerNormalization): attribute 'axis' 3 is outside a tensor of "
            "3 axes",
            "3 m.onnx: node 'type' (LayerNormalization): attribute 'stash_type' is 16; only 1 "
            "(float) is supported"});
}
