#include "compiler/ir/intensity.h"

#include <limits>

#include "tests/unit/compiler/ir/graph_builder.h"

namespace tilewright {
namespace {

TEST_CASE("operations and bytes of each primitive") {
  Rng rng{0, 0};
  GraphBuilder build;
  const Window window{{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}};
  const ValueId x = build.input("x", {1, 2, 4, 4});
  const ValueId w = build.constant(rng, {8, 2, 3, 3}), b = build.constant(rng, {8});
  const ValueId conv = build.node(Conv{1, window}, {x, w, b});
  const ValueId pool = build.node(Pool{PoolKind::Average, window}, {conv});
  const ValueId twice = build.pointwise("relu(add(%0, %1))", {pool, pool});
  const ValueId mean = build.node(Reduce{ReduceKind::Mean, {2, 3}}, {twice});
  const ValueId flat = build.view(mean, {1, 1, 8});
  const ValueId product = build.node(MatMul{}, {flat, build.constant(rng, {1, 8, 5})});
  const Graph graph = build.finish({product});
  const auto of = [&](size_t node, int64_t size) {
    return intensity(graph, graph.nodes[node], size);
  };
  CHECK(of(0, 2) == Intensity{2 * 8 * 16 * 2 * 9, 2 * (2 * 16 + 8 * 2 * 9 + 8 * 16)});
  CHECK(of(1, 4) == Intensity{8 * 16 * 9, 4 * (8 * 16 + 8 * 16)});
  CHECK(of(2, 1) == Intensity{2 * 8 * 16, 8 * 16 + 8 * 16});
  CHECK(of(3, 1) == Intensity{8 * 16, 8 * 16 + 8});
  CHECK(of(4, 4) == Intensity{0, 0});
  CHECK(of(5, 2) == Intensity{2 * 8 * 5, 2 * (8 + 8 * 5 + 5)});
  CHECK(ops_per_byte(of(5, 2)) == Approx(80.0 / 106));
  CHECK(ops_per_byte(of(4, 4)) == 0);
}

TEST_CASE("numbers beyond 64 bits saturate") {
  GraphBuilder build;
  const ValueId x = build.input("x", {int64_t{1} << 62});
  const Graph graph = build.finish({build.pointwise("relu(neg(%0))", {x})});
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  CHECK(intensity(graph, graph.nodes[0], 4) == Intensity{kMost, kMost});
}

}  // namespace
}  // namespace tilewright
