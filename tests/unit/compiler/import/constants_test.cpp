#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

TEST_CASE("weights are constants in each of their three forms") {
  ModelBuilder m(8);
  m.input("x", {2}).input("listed", {2}).output("y");
  m.weights("plain", counting({2})).weights("listed", counting({2}, 2));
  m.node("Constant", {}, {"made"}).set("value", counting({2}, 3));
  m.node("Sum", {"x", "plain", "listed", "made"}, {"y"}).named("s");
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"s Pointwise [2]"});
  REQUIRE(graph.inputs.size() == 1);
  CHECK(graph.value(graph.inputs[0]).name == "x");
  const char* names[] = {"x", "plain", "listed", "made"};
  for (size_t i = 1; i < 4; ++i) {
    const Value& value = graph.value(graph.nodes[0].inputs[i]);
    CHECK(value.name == names[i]);
    REQUIRE(value.constant != nullptr);
    CHECK(*value.constant == counting({2}, static_cast<float>(i)));
  }
}

TEST_CASE("Constant has a value in one of several attributes") {
  ModelBuilder m;
  m.input("x", {2}).output("y");
  m.node("Constant", {}, {"one"}).set("value_float", 1.0f);
  m.node("Constant", {}, {"to"}).set("value_ints", std::vector<int64_t>{1, 2});
  m.node("Add", {"x", "one"}, {"s"}).named("a");
  m.node("Reshape", {"s", "to"}, {"y"}).named("r");
  CHECK(nodes_of(imported(m)) == Lines{"a Pointwise [2]", "r Move [1,2]"});
  ModelBuilder none;
  none.output("y");
  none.node("Constant", {}, {"y"}).named("c");
  CHECK(findings(none) ==
        Lines{"2 m.onnx: node 'c' (Constant): 0 values are given; exactly one is needed"});
}

TEST_CASE("ConstantOfShape fills, and equal ones share their data") {
  ModelBuilder m;
  m.input("x", {2, 3}).output("y").weights("shape", int_tensor({2}, {2, 3}));
  m.node("ConstantOfShape", {"shape"}, {"a"}).set("value", float_tensor({1}, {5}));
  m.node("ConstantOfShape", {"shape"}, {"b"}).set("value", float_tensor({1}, {5}));
  m.node("Sum", {"x", "a", "b"}, {"y"});
  const Graph graph = imported(m);
  const Value &a = graph.value(graph.nodes[0].inputs[1]),
              &b = graph.value(graph.nodes[0].inputs[2]);
  CHECK(a.name == "a");
  CHECK(a.constant->floats == Floats(2 * 3, 5));
  CHECK(a.constant == b.constant);
}

TEST_CASE("a chain of shape arithmetic is computed at import") {
  // x.reshape(x.shape[0], prod(x.shape[1:])), as exporters write it.
  ModelBuilder m;
  m.input("x", {2, 3, 4}).output("y");
  m.weights("first", int_tensor({}, {0})).weights("second", int_tensor({}, {1}));
  m.weights("third", int_tensor({}, {2})).weights("zero", int_tensor({1}, {0}));
  m.node("Shape", {"x"}, {"s"});
  m.node("Gather", {"s", "first"}, {"n"});
  m.node("Gather", {"s", "second"}, {"c"});
  m.node("Gather", {"s", "third"}, {"l"});
  m.node("Mul", {"c", "l"}, {"p"});
  m.node("Cast", {"p"}, {"pf"}).set("to", int64_t{onnx::TensorProto::FLOAT});
  m.node("Floor", {"pf"}, {"pg"});
  m.node("Cast", {"pg"}, {"pi"}).set("to", int64_t{onnx::TensorProto::INT64});
  m.node("Unsqueeze", {"n", "zero"}, {"nu"});
  m.node("Unsqueeze", {"pi", "zero"}, {"pu"});
  m.node("Concat", {"nu", "pu"}, {"to"}).set("axis", int64_t{0});
  m.node("Reshape", {"x", "to"}, {"y"}).named("r");
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"r Move [2,12]"});
  CHECK(graph.values.size() == 2);
}

TEST_CASE("comparisons and choices of constants fold, as in exported broadcasts") {
  ModelBuilder m;
  m.input("x", {1, 3}).output("y");
  m.weights("wanted", int_tensor({2}, {2, -1})).weights("minus", int_tensor({}, {-1}));
  m.weights("ones", int_tensor({2}, {1, 1}));
  m.node("Equal", {"wanted", "minus"}, {"open"});
  m.node("Where", {"open", "ones", "wanted"}, {"shape"});
  m.node("Expand", {"x", "shape"}, {"y"}).named("e");
  CHECK(nodes_of(imported(m)) == Lines{"e Move [2,3]"});
}

TEST_CASE("Range, Size and Shape with bounds") {
  ModelBuilder m(15);
  m.input("x", {2, 3, 4}).output("y");
  m.weights("zero", int_tensor({}, {0})).weights("one", int_tensor({}, {1}));
  m.weights("two", int_tensor({}, {2})).weights("list", int_tensor({1}, {-1}));
  m.node("Size", {"x"}, {"n"});
  m.node("Div", {"n", "two"}, {"half"});
  m.node("Reshape", {"half", "list"}, {"to"});
  m.node("Shape", {"x"}, {"last"}).set("start", int64_t{-1});
  m.node("Range", {"zero", "two", "one"}, {"i"});  // 0 1
  m.node("Concat", {"to", "last", "i"}, {"all"}).set("axis", int64_t{0});
  m.weights("head", int_tensor({1}, {3})).weights("start", int_tensor({1}, {0}));
  m.node("Slice", {"all", "start", "head"}, {"three"});  // 12 4 0
  m.node("Add", {"three", "one"}, {"more"});
  m.node("Shape", {"more"}, {"count"});  // 3
  m.node("Mul", {"count", "two"}, {"six"});
  m.node("Concat", {"six", "last"}, {"shape"}).set("axis", int64_t{0});
  m.node("Reshape", {"x", "shape"}, {"y"}).named("r");
  CHECK(nodes_of(imported(m)) == Lines{"r Move [6,4]"});
}

TEST_CASE("integer arithmetic that overflows or divides by zero is refused") {
  for (const char* op : {"Mul", "Div"}) {
    ModelBuilder m;
    m.input("x", {2}).output("y");
    m.weights("a", int_tensor({1}, {int64_t{1} << 62}));
    m.weights("b", int_tensor({1}, {std::string(op) == "Mul" ? 4 : 0}));
    m.node(op, {"a", "b"}, {"to"}).named("n");
    m.node("Reshape", {"x", "to"}, {"y"});
    CHECK(findings(m) == Lines{fmt::format("2 m.onnx: node 'n' ({}): the integer arithmetic of the "
                                           "constants overflows or divides by zero",
                                           op)});
  }
}

TEST_CASE("nodes that no output needs are dropped, unknown ones too") {
  ModelBuilder m;
  m.input("x", {2}).output("y");
  m.node("Relu", {"x"}, {"y"}).named("r");
  m.node("Neg", {"x"}, {"unused"}).named("n");
  m.node("NoSuchOperator", {"x"}, {"unused2"}).named("u");
  CHECK(nodes_of(imported(m)) == Lines{"r Pointwise [2]"});
}

TEST_CASE("a constant can be an output") {
  ModelBuilder m;
  m.input("x", {2}).output("y").output("w").weights("w", counting({3}));
  m.node("Identity", {"w"}, {"y"});
  const Graph graph = imported(m);
  CHECK(graph.nodes.empty());
  const auto results = evaluate(graph, {{"x", counting({2})}});
  REQUIRE(results);
  CHECK(results->at("y") == counting({3}));
  CHECK(results->at("w") == counting({3}));
}
