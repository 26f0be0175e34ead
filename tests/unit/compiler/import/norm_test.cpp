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
