#include <cmath>

#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

TEST_CASE("reductions keep or drop their axes, given as attribute or as input") {
  ModelBuilder m(13);
  m.input("x", {2, 3, 4}).weights("axes", int_tensor({2}, {-1, 0})).output("y").output("z");
  m.node("ReduceMean", {"x"}, {"y"}).named("mean").set("axes", std::vector<int64_t>{1});
  m.node("ReduceSum", {"x", "axes"}, {"z"}).named("sum").set("keepdims", int64_t{0});
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"mean Reduce [2,1,4]", "sum Reduce [1,3,1]", "sum/y Move [3]"});
  CHECK(primitive_at<Reduce>(graph, 0) == Reduce{ReduceKind::Mean, {1}});
  CHECK(primitive_at<Reduce>(graph, 1) == Reduce{ReduceKind::Sum, {0, 2}});
}

TEST_CASE("other reductions have functions before and after") {
  const std::pair<const char*, float> cases[] = {
      {"ReduceMin", -2},       {"ReduceMax", 3},
      {"ReduceL1", 2 + 3},     {"ReduceL2", std::sqrt(13.f)},
      {"ReduceSumSquare", 13}, {"ReduceLogSum", 0}};
  for (const auto& [op, wanted] : cases) {
    CAPTURE(op);
    ModelBuilder m;
    m.input("x", {2}).output("y");
    m.node(op, {"x"}, {"y"});
    const Tensor y = computed(m, {{"x", float_tensor({2}, {-2, 3})}});
    CHECK(y.shape == Shape{1});
    CHECK(y.floats[0] == Approx(wanted).margin(1e-6));
  }
}

TEST_CASE("no axes mean all axes, or none where the operator says so") {
  for (const int64_t none : {0, 1}) {
    ModelBuilder m;
    m.input("x", {2, 2}).weights("axes", int_tensor({0}, {})).output("y");
    m.node("ReduceSum", {"x", "axes"}, {"y"}).set("noop_with_empty_axes", none);
    CHECK(computed(m, {{"x", counting({2, 2})}}).floats ==
          (none == 1 ? Floats{0, 1, 2, 3} : Floats{0 + 1 + 2 + 3}));
  }
}

TEST_CASE("Softmax is maximum, exponential, sum and quotient") {
  ModelBuilder m;
  m.input("x", {2, 3}).output("y");
  m.node("Softmax", {"x"}, {"y"}).named("s");
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"s/max Reduce [2,1]", "s/exp Pointwise [2,3]",
                                 "s/sum Reduce [2,1]", "s Pointwise [2,3]"});
  const Tensor y = computed(graph, {{"x", counting({2, 3}, 100)}});
  CHECK(y.floats[2] == Approx(1 / (1 + std::exp(-100.0) + std::exp(-200.0))));
  CHECK(y.floats[3] + y.floats[4] + y.floats[5] == Approx(1));
}

TEST_CASE("until opset 12 Softmax joins all axes from its axis on") {
  const auto axes_of = [](int64_t opset, int64_t axis) {
    ModelBuilder m(opset);
    m.input("x", {2, 3, 4}).output("y");
    m.node("LogSoftmax", {"x"}, {"y"}).set("axis", axis);
    const Graph graph = imported(m);
    const Tensor y = computed(graph, {{"x", counting({2, 3, 4}, 0)}});
    const Reduce& reduce = primitive_at<Reduce>(graph, 0);
    int64_t together = 1;
    for (int64_t a : reduce.axes) together *= Shape{2, 3, 4}[static_cast<size_t>(a)];
    CHECK(y.floats[0] == Approx(-std::log(static_cast<double>(together))));
    return reduce.axes;
  };
  CHECK(axes_of(12, 1) == std::vector<int64_t>{1, 2});
  CHECK(axes_of(12, 0) == std::vector<int64_t>{0, 1, 2});
  CHECK(axes_of(11, -1) == std::vector<int64_t>{2});
  CHECK(axes_of(13, 1) == std::vector<int64_t>{1});
  CHECK(axes_of(13, -3) == std::vector<int64_t>{0});
}

TEST_CASE("reductions refuse axes outside the input, twice, or computed at run time") {
  ModelBuilder m;
  m.input("x", {2, 3});
  for (const char* name : {"a", "b"}) m.output(name);
  m.node("ReduceMax", {"x"}, {"a"}).named("r").set("axes", std::vector<int64_t>{2});
  m.node("ReduceMax", {"x"}, {"b"}).named("t").set("axes", std::vector<int64_t>{1, -1});
  CHECK(findings(m) == Lines{"2 m.onnx: node 'r' (ReduceMax): axis 2 is outside a tensor of 2 axes",
                             "2 m.onnx: node 't' (ReduceMax): axis 1 is listed twice"});
}
