#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

TEST_CASE("Transpose is one Move part, or a view where only extents of 1 move") {
  ModelBuilder m;
  m.input("x", {2, 1, 3}).output("y").output("z");
  m.node("Transpose", {"x"}, {"y"}).named("t");
  m.node("Transpose", {"x"}, {"z"}).named("v").set("perm", std::vector<int64_t>{1, 0, 2});
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"t Move [3,1,2]", "v Move [1,2,3]"});
  CHECK(primitive_at<Move>(graph, 0).parts.size() == 1);
  CHECK(primitive_at<Move>(graph, 1).is_view());
  const auto results = evaluate(graph, {{"x", counting({2, 1, 3})}});
  REQUIRE(results);
  CHECK(results->at("y").floats == Floats{0, 3, 1, 4, 2, 5});
}

TEST_CASE("Concat has one part for each input, and leaves empty ones out") {
  ModelBuilder m;
  m.input("a", {2, 1}).input("b", {2, 2}).weights("none", float_tensor({2, 0}, {})).output("y");
  m.node("Concat", {"a", "none", "b"}, {"y"}).named("c").set("axis", int64_t{-1});
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"c Move [2,3]"});
  CHECK(primitive_at<Move>(graph, 0).parts.size() == 2);
  CHECK(computed(graph, {{"a", counting({2, 1})}, {"b", counting({2, 2}, 10)}}).floats ==
        Floats{0, 0, 10, 1, 20, 30});
}

TEST_CASE("Pad fills, and crops where pads are negative") {
  ModelBuilder m;
  m.input("x", {2, 3}).output("y");
  m.weights("pads", int_tensor({4}, {1, -1, 0, 1})).weights("fill", float_tensor({}, {7}));
  m.node("Pad", {"x", "pads", "fill"}, {"y"}).named("p");
  CHECK(nodes_of(imported(m)) == Lines{"p Move [3,3]"});
  CHECK(computed(m, {{"x", counting({2, 3})}}).floats == Floats{7, 7, 7, 1, 2, 7, 4, 5, 7});
  ModelBuilder old(2);
  old.input("x", {2}).output("y");
  old.node("Pad", {"x"}, {"y"}).set("pads", std::vector<int64_t>{1, 2}).set("value", 3.0f);
  CHECK(computed(old, {{"x", counting({2})}}).floats == Floats{3, 0, 1, 3, 3});
  ModelBuilder axes(18);
  axes.input("x", {1, 2}).output("y").weights("pads", int_tensor({2}, {0, 1}));
  axes.weights("axes", int_tensor({1}, {-1}));
  axes.node("Pad", {"x", "pads", "", "axes"}, {"y"});
  CHECK(computed(axes, {{"x", counting({1, 2})}}).floats == Floats{0, 1, 0});
}

TEST_CASE("Expand repeats along axes of 1") {
  ModelBuilder m;
  m.input("x", {2, 1}).output("y").weights("shape", int_tensor({3}, {2, 1, 3}));
  m.node("Expand", {"x", "shape"}, {"y"});
  const Tensor y = computed(m, {{"x", counting({2, 1})}});
  CHECK(y.shape == Shape{2, 2, 3});
  CHECK(y.floats == Floats{0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1});
}

TEST_CASE("DepthToSpace in both modes, and SpaceToDepth undoes the first") {
  for (const auto& [mode, wanted] :
       {std::pair<const char*, Floats>{"DCR", {0, 2, 4, 6, 1, 3, 5, 7}},
        {"CRD", {0, 1, 2, 3, 4, 5, 6, 7}}}) {
    ModelBuilder m;
    m.input("x", {1, 8, 1, 1}).output("y");
    m.node("DepthToSpace", {"x"}, {"y"}).named("d").set("blocksize", int64_t{2}).set("mode", mode);
    const Tensor y = computed(m, {{"x", counting({1, 8, 1, 1})}});
    CHECK(y.shape == Shape{1, 2, 2, 2});
    CHECK(y.floats == wanted);
  }
  ModelBuilder both;
  both.input("x", {1, 8, 2, 3}).output("y");
  both.node("DepthToSpace", {"x"}, {"s"}).set("blocksize", int64_t{2});
  both.node("SpaceToDepth", {"s"}, {"y"}).set("blocksize", int64_t{2});
  CHECK(computed(both, {{"x", counting({1, 8, 2, 3})}}) == counting({1, 8, 2, 3}));
}

TEST_CASE("moves refuse what does not fit") {
  ModelBuilder m;
  m.input("x", {2, 3}).input("z", {3, 3});
  for (const char* name : {"a", "b", "c", "d", "e"}) m.output(name);
  m.weights("crop", int_tensor({4}, {-2, 0, -1, 0})).weights("short", int_tensor({2}, {1, 1}));
  m.node("Transpose", {"x"}, {"a"}).named("t").set("perm", std::vector<int64_t>{0, 0});
  m.node("Concat", {"x", "z"}, {"b"}).named("c").set("axis", int64_t{1});
  m.node("Pad", {"x", "crop"}, {"c"}).named("p");
  m.node("Pad", {"x", "short"}, {"d"}).named("q");
  m.node("Pad", {"x", "crop"}, {"e"}).named("r").set("mode", "reflect");
  CHECK(findings(m) ==
        Lines{"2 m.onnx: node 't' (Transpose): attribute 'perm' is [0,0], no permutation of 2 axes",
              "2 m.onnx: node 'c' (Concat): the inputs [2,3] and [3,3] differ on other axes than 1",
              "2 m.onnx: node 'p' (Pad): pads -2 and -1 crop more than the 2 elements of axis 0",
              "2 m.onnx: node 'q' (Pad): 2 pads are given for 2 axes; two for each are needed",
              "3 m.onnx: node 'r' (Pad): padding mode 'reflect' is not supported, only "
              "'constant'"});
}
