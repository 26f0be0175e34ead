#include <cmath>

#include "compiler/transform/fold_affine.h"
#include "compiler/transform/fold_constants.h"
#include "compiler/transform/fold_scalars.h"
#include "tests/unit/compiler/transform/random_graph.h"

namespace tilewright {
namespace {

const Conv kConv1x1{1, {}};

// conv(x) of two features, then the expression with these constants.
Graph conv_then(const std::string& expr,
                const std::vector<std::pair<Shape, std::vector<float>>>& c) {
  GraphBuilder build;
  const ValueId x = build.input("x", {1, 1, 1, 2});
  std::vector<ValueId> operands = {
      build.node(kConv1x1, {x, build.constant({2, 1, 1, 1}, {3, 5}), build.constant({2}, {1, 2})})};
  for (const auto& [shape, data] : c) operands.push_back(build.constant(shape, data));
  return build.finish({build.pointwise(expr, operands)});
}

const std::vector<float>& floats(const Graph& graph, ValueId id) {
  REQUIRE(graph.value(id).constant != nullptr);
  return graph.value(id).constant->floats;
}

TEST_CASE("BatchNormalization becomes scaled weights and a bias") {
  const Shape c = {1, 2, 1, 1};
  const Graph before = conv_then(
      kBatchNormSteps, {{c, {2, 3}}, {c, {10, 20}}, {c, {0.5f, -1}}, {c, {4 - 1e-5f, 9 - 1e-5f}}});
  const Graph after = fold_affine(before);
  REQUIRE(after.nodes.size() == 1);
  const Node& conv = after.nodes[0];
  // scale / sqrt(var + eps) is 1 and 1; the bias becomes (1 - 0.5) * 1 + 10 and (2 + 1) * 1 + 20.
  CHECK(floats(after, conv.inputs[1])[0] == Approx(3 * 1));
  CHECK(floats(after, conv.inputs[1])[1] == Approx(5 * 1));
  CHECK(floats(after, conv.inputs[2])[0] == Approx((1 - 0.5) * 1 + 10));
  CHECK(floats(after, conv.inputs[2])[1] == Approx((2 + 1) * 1 + 20));
  CHECK(conv.output == before.nodes[1].output);
}

TEST_CASE("a bias addition leaves the weights alone") {
  const Graph after = fold_affine(conv_then("add(%1, %0)", {{{2, 1, 1}, {7, 8}}}));
  REQUIRE(after.nodes.size() == 1);
  CHECK(after.nodes[0].inputs[1] == 1);
  CHECK(floats(after, after.nodes[0].inputs[2]) == std::vector<float>{1 + 7, 2 + 8});
}

TEST_CASE("integer weights are not scaled to fractions, unless feature by feature") {
  const auto folded = [](const std::vector<float>& scale) {
    const int64_t features = static_cast<int64_t>(scale.size());
    const Graph before = conv_then("mul(%0, %1)", {{{features, 1, 1}, scale}});
    const Graph after = fold_affine(before);
    require_same(before, after, 1);
    return after.nodes.size() == 1;
  };
  CHECK(folded({2}));
  CHECK_FALSE(folded({0.25f}));
  CHECK(folded({0.25f, 0.5f}));
}

TEST_CASE("what is not affine per feature stays") {
  const auto stays = [](const Graph& before) { return fold_affine(before).nodes.size() == 2; };
  CHECK(stays(conv_then("relu(%0)", {})));
  CHECK(stays(conv_then("mul(%0, %0)", {})));
  CHECK(stays(conv_then("div(%1, %0)", {{{}, {1}}})));
  CHECK(stays(conv_then("div(%0, %1)", {{{}, {0}}})));                  // not finite
  CHECK(stays(conv_then("add(%0, %1)", {{{2}, {1, 2}}})));              // along columns
  CHECK(stays(conv_then("add(%0, %1)", {{{3, 1, 1, 1}, {1, 2, 3}}})));  // grows the result
  CHECK(!stays(conv_then("sub(%1, %0)", {{{}, {1}}})));
}

TEST_CASE("a convolution that is read twice, or is an output, is not changed") {
  Graph graph = conv_then("mul(%0, %1)", {{{}, {2}}});
  graph.outputs.push_back(graph.nodes[0].output);
  CHECK(print(fold_affine(graph)) == print(graph));
}

TEST_CASE("a product of two run-time values takes a bias but no scale") {
  const auto folded = [](const std::string& expr) {
    GraphBuilder build;
    const ValueId a = build.input("a", {2, 3, 4}), b = build.input("b", {2, 4, 2});
    const ValueId y = build.node(MatMul{}, {a, b});
    const Graph before = build.finish({build.pointwise(expr, {y, build.constant({2}, {3, 4})})});
    const Graph after = fold_affine(before);
    require_same(before, after, 1);
    return after.nodes.size() == 1;
  };
  CHECK(folded("add(%0, %1)"));
  CHECK(!folded("mul(%0, %1)"));
}

TEST_CASE("nodes over constants are computed, whatever hangs on them") {
  GraphBuilder build;
  const ValueId c = build.constant({2, 2}, {1, 2, 3, 4});
  const ValueId t = build.node(
      Move{{{0, {2, 2}, {{0, 1, 1}, {0, 1, 0}}, {{0, 1, 0}, {0, 1, 1}}}}, 0}, {c}, "Transpose");
  const ValueId v = build.view(build.pointwise("neg(%0)", {t}), {1, 2, 2});
  const ValueId x = build.input("x", {1, 1, 2});
  const Graph before = build.finish({build.node(MatMul{}, {x, v}), v});
  const Graph after = fold_constants(before);
  REQUIRE(after.nodes.size() == 1);
  CHECK(floats(after, v) == std::vector<float>{-1, -3, -2, -4});
  require_same(before, after, 2);
}

TEST_CASE("constants too large to be worth it are not computed") {
  GraphBuilder build;
  const ValueId c = build.constant({}, {1});
  const MovePart expand{0, {1 << 27}, {}, {{0, 1, 0}}};
  const Graph graph = build.finish({build.node(Move{{expand}, 0}, {c}, "Expand")});
  CHECK(fold_constants(graph).nodes.size() == 1);
}

TEST_CASE("scalar operands become immediates and steps over them are computed") {
  GraphBuilder build;
  const ValueId x = build.input("x", {2}), two = build.constant({}, {4});
  const ValueId y = build.pointwise("add(mul(%1, sqrt(%2)), %0)", {x, x, two});
  const Graph before = build.finish({y}), after = fold_scalars(before);
  REQUIRE(after.nodes[0].inputs == std::vector<ValueId>{x});
  CHECK(print(std::get<Pointwise>(after.nodes[0].primitive).expr) == "add(mul(%0, 2), %0)");
  require_same(before, after, 3);
}

TEST_CASE("a scalar that gives the result its rank stays an operand") {
  GraphBuilder build;
  const ValueId x = build.input("x", {2}), c = build.constant({1, 1, 1}, {3});
  const Graph graph = build.finish({build.pointwise("add(%0, %1)", {x, c})});
  CHECK(print(fold_scalars(graph)) == print(graph));
}

}  // namespace
}  // namespace tilewright
