#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

namespace {

Shape reshaped(const Shape& from, const std::vector<int64_t>& to, int64_t allow_zero = 0) {
  ModelBuilder m(14);
  m.input("x", from).output("y");
  m.weights("to", int_tensor({static_cast<int64_t>(to.size())}, to));
  m.node("Reshape", {"x", "to"}, {"y"}).set("allowzero", allow_zero);
  const Graph graph = imported(m);
  return graph.value(graph.outputs[0]).shape;
}

std::string refusal(const Shape& from, const std::vector<int64_t>& to) {
  ModelBuilder m(14);
  m.input("x", from).output("y");
  m.weights("to", int_tensor({static_cast<int64_t>(to.size())}, to));
  m.node("Reshape", {"x", "to"}, {"y"}).named("r");
  const Lines lines = findings(m);
  REQUIRE(lines.size() == 1);
  return lines[0];
}

}  // namespace

TEST_CASE("Reshape copies extents at 0 and infers one -1") {
  CHECK(reshaped({2, 3, 4}, {0, -1}) == Shape{2, 12});
  CHECK(reshaped({2, 3, 4}, {4, 0, -1}) == Shape{4, 3, 2});
  CHECK(reshaped({1}, {}) == Shape{});
  CHECK(refusal({2, 3}, {4, -1}) ==
        "2 m.onnx: node 'r' (Reshape): the 6 elements of [2,3] do not "
        "divide into shape [4,-1]");
  CHECK(refusal({2, 3}, {-1, -1}) ==
        "2 m.onnx: node 'r' (Reshape): the shape [-1,-1] must be extents "
        "with at most one -1");
  CHECK(refusal({2, 3}, {2, 3, 0}) ==
        "2 m.onnx: node 'r' (Reshape): the shape [2,3,0] copies axis 2, "
        "the input [2,3] has 2 axes");
  CHECK(refusal({2, 3}, {7}) ==
        "2 m.onnx: node 'r' (Reshape): the input [2,3] has 6 elements, the "
        "shape [7] another number");
}

TEST_CASE("Reshape reads its shape from an attribute until opset 4") {
  ModelBuilder m(4);
  m.input("x", {2, 6}).output("y");
  m.node("Reshape", {"x"}, {"y"}).set("shape", std::vector<int64_t>{3, -1});
  CHECK(nodes_of(imported(m)) == Lines{"Reshape_0 Move [3,4]"});
}

TEST_CASE("a shape computed at run time is refused with what would mend it") {
  ModelBuilder m;
  m.input("x", {6}).input("to", {2}).output("y");
  m.node("Reshape", {"x", "to"}, {"y"}).named("r");
  CHECK(findings(m) ==
        Lines{"3 m.onnx: node 'r' (Reshape): input 1 (shape, 'to') is computed at run "
              "time; it must be known at import"});
}

TEST_CASE("Flatten, Squeeze and Unsqueeze are views, one after the other one view") {
  ModelBuilder m;
  m.input("x", {2, 3, 1, 4}).output("f").output("u");
  m.weights("two", int_tensor({1}, {2})).weights("ends", int_tensor({2}, {0, -1}));
  m.node("Flatten", {"x"}, {"f"}).named("flat").set("axis", int64_t{2});
  m.node("Squeeze", {"x", "two"}, {"s"}).named("squeeze");
  m.node("Unsqueeze", {"s", "ends"}, {"u"}).named("unsqueeze");
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"flat Move [6,4]", "unsqueeze Move [1,2,3,4,1]"});
  CHECK(primitive_at<Move>(graph, 1).is_view());
  CHECK(graph.nodes[1].inputs == graph.inputs);
}

TEST_CASE("Squeeze refuses axes that are not 1") {
  ModelBuilder m(11);
  m.input("x", {1, 3}).output("y");
  m.node("Squeeze", {"x"}, {"y"}).named("s").set("axes", std::vector<int64_t>{1});
  CHECK(findings(m) == Lines{"2 m.onnx: node 's' (Squeeze): axis 1 of [1,3] has extent 3, not 1"});
}

TEST_CASE("Identity and Dropout vanish, except where an output needs its own value") {
  ModelBuilder inner;
  inner.input("x", {2}).output("y");
  inner.node("Identity", {"x"}, {"i"});
  inner.node("Dropout", {"i"}, {"d", "mask"});
  inner.node("Relu", {"d"}, {"y"}).named("r");
  CHECK(nodes_of(imported(inner)) == Lines{"r Pointwise [2]"});
  ModelBuilder last;
  last.input("x", {2}).output("y").output("z");
  last.node("Identity", {"x"}, {"y"}).named("i");
  last.node("Relu", {"x"}, {"r"}).named("r");
  last.node("Identity", {"r"}, {"z"}).named("j");
  const Graph graph = imported(last);
  CHECK(nodes_of(graph) == Lines{"i Move [2]", "r Pointwise [2]", "j Move [2]"});
  CHECK(graph.value(graph.outputs[0]).name == "y");
  CHECK(graph.value(graph.outputs[1]).name == "z");
}

TEST_CASE("Dropout refuses training and a mask that is read") {
  ModelBuilder m;
  m.input("x", {2}).output("y").output("mask").output("z");
  m.weights("ratio", float_tensor({}, {0.5f}));
  m.weights("training", Tensor{ElementType::Bool, {}, {}, {1}});
  m.node("Dropout", {"x"}, {"y", "mask"}).named("d");
  m.node("Dropout", {"x", "ratio", "training"}, {"z"}).named("t");
  CHECK(findings(m) ==
        Lines{"3 m.onnx: node 'd' (Dropout): output 1 (mask) is used; only the inference form is "
              "supported",
              "3 m.onnx: node 't' (Dropout): training_mode is set; only the inference form is "
              "supported"});
}
