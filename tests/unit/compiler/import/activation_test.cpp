#include <cmath>
#include <functional>

#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

namespace {

struct FunctionCase {
  const char* op;
  std::function<void(NodeWriter&)> attributes;
  std::function<double(double)> function;
};

}  // namespace

TEST_CASE("functions of one value are one Pointwise each") {
  const auto none = [](NodeWriter&) {};
  const auto alpha = [](float value) { return [=](NodeWriter& n) { n.set("alpha", value); }; };
  const FunctionCase cases[] = {
      {"Relu", none, [](double x) { return std::max(x, 0.0); }},
      {"Sigmoid", none, [](double x) { return 1 / (1 + std::exp(-x)); }},
      {"Tanh", none, [](double x) { return std::tanh(x); }},
      {"Abs", none, [](double x) { return std::abs(x); }},
      {"Neg", none, [](double x) { return -x; }},
      {"Exp", none, [](double x) { return std::exp(x); }},
      {"Erf", none, [](double x) { return std::erf(x); }},
      {"Floor", none, [](double x) { return std::floor(x); }},
      {"Ceil", none, [](double x) { return std::ceil(x); }},
      {"Round", none, [](double x) { return std::nearbyint(x); }},
      {"Sign", none, [](double x) { return double(x > 0) - double(x < 0); }},
      {"Softplus", none, [](double x) { return std::log1p(std::exp(x)); }},
      {"Softsign", none, [](double x) { return x / (1 + std::abs(x)); }},
      {"Sin", none, [](double x) { return std::sin(x); }},
      {"Mish", none, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }},
      {"LeakyRelu", none, [](double x) { return x < 0 ? 0.01 * x : x; }},
      {"LeakyRelu", alpha(0.3f), [](double x) { return x < 0 ? 0.3 * x : x; }},
      {"LeakyRelu", alpha(-2), [](double x) { return x < 0 ? -2 * x : x; }},
      {"LeakyRelu", alpha(3), [](double x) { return x < 0 ? 3 * x : x; }},
      {"Elu", alpha(2), [](double x) { return x < 0 ? 2 * std::expm1(x) : x; }},
      {"Celu", alpha(2), [](double x) { return x < 0 ? 2 * std::expm1(x / 2) : x; }},
      {"Selu", none,
       [](double x) {
         return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x));
       }},
      {"HardSigmoid", none, [](double x) { return std::min(1.0, std::max(0.0, 0.2 * x + 0.5)); }},
      {"HardSwish", none, [](double x) { return x * std::min(1.0, std::max(0.0, x / 6 + 0.5)); }},
      {"ThresholdedRelu", alpha(1.5f), [](double x) { return x > 1.5 ? x : 0; }},
      {"Gelu", none, [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }},
      {"Gelu", [](NodeWriter& n) { n.set("approximate", "tanh"); },
       [](double x) {
         return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
       }},
      {"Shrink", [](NodeWriter& n) { n.set("bias", 0.25f).set("lambd", 1.5f); },
       [](double x) { return x < -1.5  ? x + 0.25
                             : x > 1.5 ? x - 0.25
                                       : 0; }},
  };
  const Tensor x = float_tensor({7}, {-3, -1.5f, -0.5f, 0, 0.5f, 1.5f, 3});
  for (const FunctionCase& test : cases) {
    CAPTURE(test.op);
    ModelBuilder m(20);
    m.input("x", {7}).output("y");
    NodeWriter node = m.node(test.op, {"x"}, {"y"}).named("f");
    test.attributes(node);
    const Graph graph = imported(m);
    CHECK(nodes_of(graph) == Lines{"f Pointwise [7]"});
    CHECK(graph.nodes[0].op == test.op);
    const Tensor y = computed(graph, {{"x", x}});
    for (size_t i = 0; i < 7; ++i)
      CHECK(y.floats[i] == Approx(test.function(x.floats[i])).margin(1e-6));
  }
}

TEST_CASE("Clip reads its bounds from attributes, constants or values") {
  const Tensor x = float_tensor({4}, {-2, 0.5f, 1, 9});
  ModelBuilder old(6);
  old.input("x", {4}).output("y");
  old.node("Clip", {"x"}, {"y"}).set("min", 0.0f).set("max", 6.0f);
  CHECK(computed(old, {{"x", x}}).floats == Floats{0, 0.5f, 1, 6});
  ModelBuilder upper(11);
  upper.input("x", {4}).weights("high", float_tensor({}, {1})).output("y");
  upper.node("Clip", {"x", "", "high"}, {"y"});
  CHECK(computed(upper, {{"x", x}}).floats == Floats{-2, 0.5f, 1, 1});
  ModelBuilder fed(11);
  fed.input("x", {4}).input("low", {}).output("y");
  fed.node("Clip", {"x", "low"}, {"y"});
  CHECK(computed(fed, {{"x", x}, {"low", float_tensor({}, {0.75f})}}).floats ==
        Floats{0.75f, 0.75f, 1, 9});
  ModelBuilder none(11);
  none.input("x", {4}).output("y");
  none.node("Clip", {"x"}, {"t"});
  none.node("Relu", {"t"}, {"y"}).named("r");
  CHECK(nodes_of(imported(none)) == Lines{"r Pointwise [4]"});
}

TEST_CASE("PRelu aligns slopes with the channels until opset 6, with the last axis after") {
  const Tensor x = float_tensor({1, 2, 2}, {-1, -2, -3, -4});
  for (const auto& [opset, wanted] :
       {std::pair<int64_t, Floats>{6, {-10, -20, -300, -400}}, {7, {-10, -200, -30, -400}}}) {
    ModelBuilder m(opset);
    m.input("x", {1, 2, 2}).weights("s", float_tensor({2}, {10, 100})).output("y");
    m.node("PRelu", {"x", "s"}, {"y"});
    CHECK(computed(m, {{"x", x}}).floats == wanted);
  }
  ModelBuilder wide;
  wide.input("x", {1, 2}).weights("s", counting({3, 2})).output("y");
  wide.node("PRelu", {"x", "s"}, {"y"}).named("p");
  CHECK(findings(wide) == Lines{"2 m.onnx: node 'p' (PRelu): the slope [3,2] does not broadcast to "
                                "the input [1,2]"});
}
