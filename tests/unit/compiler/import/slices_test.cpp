#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

namespace {

struct SliceCase {
  int64_t start, end, step;
  Floats taken;
};

}  // namespace

TEST_CASE("Slice follows numpy on one axis") {
  constexpr int64_t kFar = INT64_MAX;
  const SliceCase cases[] = {
      {1, 3, 1, {1, 2}},
      {-2, kFar, 1, {3, 4}},
      {0, -1, 2, {0, 2}},
      {kFar, INT64_MIN, -2, {4, 2, 0}},
      {3, 0, -1, {3, 2, 1}},
      {2, kFar, kFar, {2}},
      {-1, INT64_MIN, INT64_MIN, {4}},
  };
  for (const SliceCase& slice : cases) {
    CAPTURE(slice.start, slice.end, slice.step);
    ModelBuilder m;
    m.input("x", {5}).output("y");
    m.weights("s", int_tensor({1}, {slice.start})).weights("e", int_tensor({1}, {slice.end}));
    m.weights("a", int_tensor({1}, {0})).weights("t", int_tensor({1}, {slice.step}));
    m.node("Slice", {"x", "s", "e", "a", "t"}, {"y"});
    CHECK(computed(m, {{"x", counting({5})}}).floats == slice.taken);
  }
}

TEST_CASE("Slice reads attributes until opset 9") {
  ModelBuilder m(9);
  m.input("x", {2, 3}).output("y");
  m.node("Slice", {"x"}, {"y"})
      .named("s")
      .set("axes", std::vector<int64_t>{1})
      .set("starts", std::vector<int64_t>{1})
      .set("ends", std::vector<int64_t>{3});
  CHECK(nodes_of(imported(m)) == Lines{"s Move [2,2]"});
  CHECK(computed(m, {{"x", counting({2, 3})}}).floats == Floats{1, 2, 4, 5});
}

TEST_CASE("Split is one Move for each output that is used") {
  ModelBuilder m;
  m.input("x", {5, 2}).output("a").output("c").weights("sizes", int_tensor({3}, {1, 2, 2}));
  m.node("Split", {"x", "sizes"}, {"a", "b", "c"}).named("s");
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"s/0 Move [1,2]", "s/2 Move [2,2]"});
  const auto results = evaluate(graph, {{"x", counting({5, 2})}});
  REQUIRE(results);
  CHECK(results->at("a").floats == Floats{0, 1});
  CHECK(results->at("c").floats == Floats{6, 7, 8, 9});
}

TEST_CASE("Split makes equal parts; from opset 18 the last may be smaller") {
  for (const int64_t opset : {13, 18}) {
    ModelBuilder m(opset);
    m.input("x", {5}).output("a").output("b");
    NodeWriter node = m.node("Split", {"x"}, {"a", "b"}).named("s");
    if (opset == 18) node.set("num_outputs", int64_t{2});
    if (opset == 18)
      CHECK(nodes_of(imported(m)) == Lines{"s/0 Move [3]", "s/1 Move [2]"});
    else
      CHECK(findings(m) ==
            Lines{"2 m.onnx: node 's' (Split): an axis of extent 5 does not divide into 2 parts"});
  }
}

TEST_CASE("Gather by known indices takes runs of equal steps") {
  ModelBuilder m;
  m.input("x", {2, 6}).output("y").weights("i", int_tensor({2, 3}, {0, 2, 4, -1, 5, 4}));
  m.node("Gather", {"x", "i"}, {"y"}).named("g").set("axis", int64_t{1});
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"g/rows Move [2,6,1]", "g Move [2,6,1]", "g/y Move [2,2,3]"});
  CHECK(primitive_at<Move>(graph, 1).parts.size() == 3);  // 0 2 4, 5, 5 4
  CHECK(computed(graph, {{"x", counting({2, 6})}}).floats ==
        Floats{0, 2, 4, 5, 5, 4, 6, 8, 10, 11, 11, 10});
}

TEST_CASE("slices refuse what does not fit") {
  ModelBuilder m;
  m.input("x", {4});
  for (const char* name : {"a", "b", "c", "d"}) m.output(name);
  m.weights("zero", int_tensor({1}, {0})).weights("two", int_tensor({2}, {0, 1}));
  m.weights("far", int_tensor({1}, {4})).weights("sizes", int_tensor({2}, {1, 2}));
  m.node("Slice", {"x", "zero", "far", "zero", "zero"}, {"a"}).named("s");
  m.node("Slice", {"x", "two", "far"}, {"b"}).named("t");
  m.node("Gather", {"x", "far"}, {"c"}).named("g");
  m.node("Split", {"x", "sizes"}, {"d", "e"}).named("p");
  CHECK(findings(m) ==
        Lines{"2 m.onnx: node 's' (Slice): step 0 is 0",
              "2 m.onnx: node 't' (Slice): 2 starts, 1 ends, 2 axes and 2 steps; equally many are "
              "needed",
              "2 m.onnx: node 'g' (Gather): index 4 is outside axis 0 of extent 4",
              "2 m.onnx: node 'p' (Split): the split sizes are [1,2]; 2 that sum to 4 are needed"});
}
