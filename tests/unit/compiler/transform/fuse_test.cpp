#include <cmath>

#include "compiler/transform/drop_dead.h"
#include "compiler/transform/drop_identities.h"
#include "compiler/transform/fuse_epilogues.h"
#include "compiler/transform/merge_pointwise.h"
#include "tests/unit/compiler/transform/random_graph.h"

namespace tilewright {
namespace {

struct Dense {
  GraphBuilder build;
  ValueId product = 0;

  Dense() {
    Rng rng{9, 0};
    const ValueId x = build.input("x", {1, 2, 3});
    product = build.node(MatMul{}, {x, build.constant(rng, {1, 3, 4})});
  }
};

TEST_CASE("an activation is fused through views, which keep their place and the output its name") {
  Dense dense;
  const ValueId flat = dense.build.view(dense.product, {2, 4});
  const ValueId y = dense.build.pointwise("relu(%0)", {flat});
  const ValueId z = dense.build.pointwise("tanh(%0)", {y});
  const Graph before = dense.build.finish({z}), after = fuse_epilogues(before);
  REQUIRE(after.nodes.size() == 2);
  CHECK(print(after.nodes[0].epilogue) == "tanh(relu(%0))");
  CHECK(after.nodes[1].output == z);
  require_same(before, after, 0);
}

TEST_CASE("an activation is not fused when the raw result is needed as well") {
  Dense dense;
  const ValueId y = dense.build.pointwise("relu(%0)", {dense.product});
  const Graph raw_output = dense.build.finish({y, dense.product});
  CHECK(print(fuse_epilogues(raw_output)) == print(raw_output));
  const ValueId sum = dense.build.pointwise("add(%0, %1)", {y, dense.product});
  const Graph read_twice = dense.build.finish({sum});
  CHECK(print(fuse_epilogues(read_twice)) == print(read_twice));
}

TEST_CASE("a Pointwise of two operands is no epilogue") {
  Dense dense;
  const ValueId other = dense.build.input("y", {1, 2, 4});
  const Graph graph =
      dense.build.finish({dense.build.pointwise("add(%0, %1)", {dense.product, other})});
  CHECK(print(fuse_epilogues(graph)) == print(graph));
}

TEST_CASE("merging stops before expressions grow without bound") {
  GraphBuilder build;
  ValueId x = build.input("x", {2});
  for (int i = 0; i < 100; ++i) x = build.pointwise("tanh(%0)", {x});
  const Graph before = build.finish({x}), after = merge_pointwise(before);
  CHECK(after.nodes.size() == 4);  // 32 + 32 + 32 + 4 steps
  require_same(before, after, 0);
}

TEST_CASE("identities disappear unless both names must remain") {
  GraphBuilder build;
  const ValueId x = build.input("x", {4});
  const ValueId copy_of_input = build.pointwise("%0", {x});
  const ValueId y = build.pointwise("relu(%0)", {x});
  const ValueId first = build.pointwise("%0", {y}), second = build.view(first, {4});
  const ValueId z = build.pointwise("neg(%0)", {y});
  const Graph before = build.finish({copy_of_input, second, z});
  const Graph after = drop_identities(before);
  require_same(before, after, 0);
  REQUIRE(after.nodes.size() == 3);
  CHECK(after.nodes[1].output == second);
  CHECK(after.nodes[2].inputs == std::vector<ValueId>{second});
}

TEST_CASE("a view of a view reads what the first one reads") {
  GraphBuilder build;
  const ValueId x = build.input("x", {4});
  const Graph before = build.finish({build.view(build.view(x, {2, 2}), {4, 1})});
  const Graph after = drop_dead(drop_identities(before));
  require_same(before, after, 0);
  CHECK(after.nodes.size() == 1);
}

TEST_CASE("dead nodes and values go, inputs stay") {
  GraphBuilder build;
  const ValueId x = build.input("x", {2}), unused = build.input("unused", {3});
  build.pointwise("exp(%0)", {build.pointwise("neg(%0)", {unused})});
  const ValueId c = build.constant({2}, {1, 2});
  build.constant({5}, {1, 2, 3, 4, 5});
  const Graph before = build.finish({build.pointwise("add(%0, %1)", {x, c})});
  const Graph after = drop_dead(before);
  require_same(before, after, 0);
  CHECK(after.nodes.size() == 1);
  CHECK(after.values.size() == 2 + 1 + 1);
}

}  // namespace
}  // namespace tilewright
