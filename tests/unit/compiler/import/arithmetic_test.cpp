#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

TEST_CASE("arithmetic broadcasts, and takes single constants into its expression") {
  ModelBuilder m;
  m.input("x", {2, 1}).input("z", {3}).weights("two", float_tensor({1, 1, 1}, {2})).output("y");
  m.node("Mul", {"x", "two"}, {"d"}).named("double");
  m.node("Sub", {"d", "z"}, {"y"}).named("minus");
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) ==
        Lines{"double/rank Move [1,2,1]", "double Pointwise [1,2,1]", "minus Pointwise [1,2,3]"});
  CHECK(graph.nodes[1].inputs.size() == 1);
  CHECK(computed(graph, {{"x", counting({2, 1})}, {"z", counting({3})}}).floats ==
        Floats{0 - 0, 0 - 1, 0 - 2, 2 - 0, 2 - 1, 2 - 2});
}

TEST_CASE("until opset 6 the second operand broadcasts on request, from an axis on") {
  ModelBuilder m(6);
  m.input("x", {1, 2, 3}).weights("b", float_tensor({2}, {10, 20})).output("y");
  m.node("Add", {"x", "b"}, {"y"}).set("broadcast", int64_t{1}).set("axis", int64_t{1});
  CHECK(computed(m, {{"x", counting({1, 2, 3})}}).floats == Floats{10, 11, 12, 23, 24, 25});
  ModelBuilder plain(6);
  plain.input("x", {2, 3}).weights("b", counting({3})).output("y");
  plain.node("Add", {"x", "b"}, {"y"}).named("a");
  CHECK(findings(plain) == Lines{"2 m.onnx: node 'a' (Add): shapes [2,3] and [3] differ, and "
                                 "attribute 'broadcast' is not set"});
  ModelBuilder beyond(6);
  beyond.input("x", {2, 3}).weights("b", counting({3, 2})).output("y");
  beyond.node("Add", {"x", "b"}, {"y"})
      .named("a")
      .set("broadcast", int64_t{1})
      .set("axis", int64_t{1});
  CHECK(findings(beyond) ==
        Lines{"2 m.onnx: node 'a' (Add): shape [3,2] does not fit into [2,3] from axis 1 on"});
}

TEST_CASE("Sum, Max, Min and Mean of several values are one Pointwise") {
  const std::pair<const char*, float> cases[] = {
      {"Sum", 7}, {"Max", 4}, {"Min", 1}, {"Mean", 7 / 3.f}};
  for (const auto& [op, wanted] : cases) {
    ModelBuilder m;
    m.input("a", {1}).input("b", {1}).input("c", {1}).output("y");
    m.node(op, {"a", "b", "c"}, {"y"}).named("n");
    CHECK(nodes_of(imported(m)) == Lines{"n Pointwise [1]"});
    CHECK(computed(m, {{"a", float_tensor({1}, {2})},
                       {"b", float_tensor({1}, {4})},
                       {"c", float_tensor({1}, {1})}})
              .floats[0] == Approx(wanted));
  }
}

TEST_CASE("Pow by 2 is a product, by 0.5 a root; integer exponents become floats") {
  const auto op_of = [](const Tensor& exponent) {
    ModelBuilder m;
    m.input("x", {4}).weights("e", exponent).output("y");
    m.node("Pow", {"x", "e"}, {"y"});
    const Graph graph = imported(m);
    const Tensor x = float_tensor({4}, {1, 4, 9, 16});
    const Tensor y = computed(graph, {{"x", x}});
    const float power = exponent.type == ElementType::Int64 ? static_cast<float>(exponent.ints[0])
                                                            : exponent.floats[0];
    for (size_t i = 0; i < 4; ++i) CHECK(y.floats[i] == Approx(std::pow(x.floats[i], power)));
    return primitive_at<Pointwise>(graph, 0).expr.steps[0].op;
  };
  CHECK(op_of(float_tensor({}, {2})) == ScalarOp::Mul);
  CHECK(op_of(float_tensor({1}, {0.5f})) == ScalarOp::Sqrt);
  CHECK(op_of(int_tensor({}, {3})) == ScalarOp::Pow);
}

TEST_CASE("arithmetic refuses shapes and types that do not meet") {
  ModelBuilder m;
  m.input("x", {2, 3}).input("z", {4}).weights("i", int_tensor({3}, {1, 2, 3}));
  m.output("y").output("w").output("v");
  m.node("Add", {"x", "z"}, {"y"}).named("a");
  m.node("Add", {"x", "i"}, {"w"}).named("b");
  m.node("Less", {"x", "x"}, {"v"}).named("c");
  CHECK(findings(m) ==
        Lines{"2 m.onnx: node 'a' (Add): shapes [2,3], [4] do not broadcast to one another",
              "2 m.onnx: node 'b' (Add): inputs 'x' and 'i' differ in type: float32 and int64",
              "3 m.onnx: node 'c' (Less): the result is bool; only floating-point values are "
              "computed at run time"});
}
