#include "compiler/ir/graph.h"

#include "tests/unit/compiler/ir/graph_builder.h"

namespace tilewright {
namespace {

Window padded(int64_t kernel, int64_t pad) {
  return {{kernel, kernel}, {1, 1}, {1, 1}, {pad, pad}, {pad, pad}};
}

Graph small_graph() {
  GraphBuilder build;
  Rng rng{0, 0};
  const ValueId x = build.input("x", {1, 2, 4, 4});
  const ValueId y =
      build.node(Conv{1, padded(3, 1)},
                 {x, build.constant(rng, {3, 2, 3, 3}), build.constant(rng, {3})}, "Conv");
  return build.finish({build.pointwise("relu(%0)", {y})});
}

std::string only_finding(const Graph& graph) {
  const Diagnostics findings = verify(graph);
  REQUIRE(!findings.empty());
  return findings[0].where + ": " + findings[0].message;
}

TEST_CASE("a graph prints one line for each value that is given and each node") {
  Graph graph = small_graph();
  graph.name = "small";
  graph.nodes[0].epilogue = std::get<Pointwise>(graph.nodes[1].primitive).expr;
  CHECK(print(graph) ==
        "graph \"small\"\n"
        "  input %0 \"x\" float32 [1,2,4,4]\n"
        "  constant %1 \"c1\" float32 [3,2,3,3]\n"
        "  constant %2 \"c2\" float32 [3]\n"
        "  %3 \"v0\" float32 [1,3,4,4] = Conv(%0, %1, %2) kernel 3x3 pad 1,1:1,1 then relu(%0)"
        "  # Conv 'n0'\n"
        "  %4 \"v1\" float32 [1,3,4,4] = Pointwise(%3) relu(%0)  # relu(%0) 'n1'\n"
        "  output %4\n");
}

TEST_CASE("multiply-accumulates") {
  CHECK(mac_count(small_graph(), small_graph().nodes[0]) == 3 * 4 * 4 * 2 * 3 * 3);
  CHECK(mac_count(small_graph(), small_graph().nodes[1]) == 0);
  GraphBuilder build;
  const ValueId a = build.input("a", {2, 6, 5}), b = build.input("b", {1, 7, 6});
  const Graph graph = build.finish({build.node(MatMul{true, true}, {a, b})});
  CHECK(mac_count(graph, graph.nodes[0]) == 2 * 5 * 6 * 7);
  Rng rng{0, 0};
  GraphBuilder grouped;
  const ValueId x = grouped.input("x", {1, 4, 5, 5});
  const Graph depthwise = grouped.finish(
      {grouped.node(Conv{4, padded(3, 0)}, {x, grouped.constant(rng, {8, 1, 3, 3})})});
  CHECK(mac_count(depthwise, depthwise.nodes[0]) == 8 * 3 * 3 * 3 * 3);
}

TEST_CASE("each broken rule of a graph is found") {
  const Graph sound = small_graph();
  REQUIRE(verify(sound).empty());
  Graph graph = sound;
  graph.nodes[0].inputs[0] = 99;
  CHECK(only_finding(graph) == "node 'n0' (Conv): reads value 99 of 5");
  graph = sound;
  graph.nodes[1].output = -1;
  CHECK(only_finding(graph) == "node 'n1' (Pointwise): writes value -1 of 5");
  graph = sound;
  std::swap(graph.nodes[0], graph.nodes[1]);
  CHECK(only_finding(graph) == "node 'n1' (Pointwise): reads 'v0' before it is computed");
  graph = sound;
  graph.nodes[1].output = graph.nodes[0].output;
  CHECK(only_finding(graph) == "node 'n1' (Pointwise): writes 'v0', which already has a value");
  graph = sound;
  graph.nodes[1].name = "n0";
  CHECK(only_finding(graph) == "node 'n0' (Pointwise): the name is used twice");
  graph = sound;
  graph.values[4].name = "x";
  CHECK(only_finding(graph) == "value 'x': the name is used twice");
  graph = sound;
  graph.values[3].shape = {1, 3, 4, 5};
  CHECK(only_finding(graph) ==
        "node 'n0' (Conv): 'v0' is declared [1,3,4,5], the node gives [1,3,4,4]");
  graph = sound;
  graph.nodes[1].epilogue.steps.push_back({ScalarOp::Relu, ScalarRef::input(0), {}, {}});
  CHECK(only_finding(graph) == "node 'n1' (Pointwise): only Conv and MatMul can have an epilogue");
  graph = sound;
  graph.nodes[0].epilogue.steps.push_back({ScalarOp::Relu, ScalarRef::input(1), {}, {}});
  CHECK(only_finding(graph) == "node 'n0' (Conv): epilogue: step 0 (relu) reads input 1, of 1");
  graph = sound;
  graph.nodes.pop_back();
  CHECK(only_finding(graph) == "outputs: value 'v1' is never computed");
  graph = sound;
  graph.inputs.push_back(1);
  CHECK(only_finding(graph) == "inputs: value 'c1' is a constant");
  graph = sound;
  graph.values[2].constant = std::make_shared<const Tensor>(float_tensor({3}, {1, 2}));
  CHECK(only_finding(graph) == "value 'c2': constant of shape [3] holds 2 elements");
  graph = sound;
  graph.values[2].type = ElementType::Int64;
  CHECK(only_finding(graph) == "value 'c2': declared int64 [3], constant is float32 [3]");
}

TEST_CASE("a view may have any shape of as many elements") {
  GraphBuilder build;
  const ValueId x = build.input("x", {2, 6});
  Graph graph = build.finish({build.view(x, {3, 4})});
  graph.values[1].shape = {3, 5};
  CHECK(only_finding(graph) == "node 'n0' (Move): 'v0' is declared [3,5], the node gives [2,6]");
}

}  // namespace
}  // namespace tilewright
