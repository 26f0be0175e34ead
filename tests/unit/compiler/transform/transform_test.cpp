#include "compiler/transform/transform.h"

#include <cmath>

#include "tests/unit/compiler/transform/random_graph.h"

namespace tilewright {
namespace {

TEST_CASE("every stage alone keeps what a graph computes") {
  for (const GraphStage& stage : inference_stages()) {
    int changed = 0;
    for (uint64_t seed = 0; seed < 150; ++seed) {
      const Graph before = RandomGraph(seed).make();
      const Graph after = stage.run(before);
      INFO(stage.name);
      require_same(before, after, seed);
      changed += print(after) != print(before);
    }
    INFO(stage.name << " changed " << changed << " graphs");
    CHECK(changed > 10);
  }
}

TEST_CASE("all stages together keep what a graph computes, and shrink it") {
  size_t nodes_before = 0, nodes_after = 0;
  for (uint64_t seed = 1000; seed < 1300; ++seed) {
    const Graph before = RandomGraph(seed).make();
    const Graph after = optimize_for_inference(before);
    require_same(before, after, seed);
    nodes_before += before.nodes.size(), nodes_after += after.nodes.size();
    // Nothing is left to do.
    REQUIRE(optimize_for_inference(after).nodes.size() == after.nodes.size());
  }
  CHECK(nodes_after < nodes_before * 2 / 3);
}

TEST_CASE("the observer sees the graph after each stage, in order") {
  std::vector<std::string> names;
  std::string last;
  const Graph result = optimize_for_inference(RandomGraph(3).make(),
                                              [&](std::string_view stage, const Graph& graph) {
                                                names.emplace_back(stage);
                                                last = print(graph);
                                              });
  REQUIRE(names.size() == inference_stages().size());
  for (size_t i = 0; i < names.size(); ++i) CHECK(names[i] == inference_stages()[i].name);
  CHECK(last == print(result));
}

TEST_CASE("the written-out BatchNormalization is the one in the importer's order") {
  ScalarExpr nested, steps;
  REQUIRE(parse_expr(kBatchNorm, nested));
  REQUIRE(parse_expr(kBatchNormSteps, steps));
  const float inputs[] = {0.3f, 1.2f, -0.7f, 0.1f, 0.8f};
  CHECK(evaluate(nested, inputs) == evaluate(steps, inputs));
}

TEST_CASE("a residual block becomes two convolutions and one addition with ReLU") {
  Rng rng{4, 0};
  GraphBuilder build;
  const Conv conv{1, {{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}};
  const auto normed = [&](ValueId x) {
    x = build.node(conv, {x, build.constant(rng, {4, 4, 3, 3})});
    const Shape c = {1, 4, 1, 1};
    return build.pointwise(kBatchNormSteps,
                           {x, build.constant(rng, c, 0.5f, 1.5f), build.constant(rng, c),
                            build.constant(rng, c), build.constant(rng, c, 0.5f, 2)});
  };
  const ValueId x = build.input("x", {1, 4, 5, 5});
  ValueId y = normed(build.pointwise("relu(%0)", {normed(x)}));
  y = build.pointwise("relu(%0)", {build.pointwise("add(%0, %1)", {y, x})});
  const Graph before = build.finish({y}), after = optimize_for_inference(before);
  require_same(before, after, 0);
  REQUIRE(after.nodes.size() == 3);
  CHECK(print(after.nodes[0].epilogue) == "relu(%0)");
  CHECK(after.nodes[0].inputs.size() == 3);
  CHECK(after.nodes[1].epilogue.steps.empty());
  CHECK(print(std::get<Pointwise>(after.nodes[2].primitive).expr) == "relu(add(%0, %1))");
}

}  // namespace
}  // namespace tilewright
