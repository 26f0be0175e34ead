// How many points the declared space has, counted by hand.
#include "dse/balanced/space_size.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/mapped_network.h"

using namespace tilewright;
using namespace tilewright::balanced;

namespace {

std::string size_on(const System& system, const Work& work) {
  return space_size(Problem(work, system, system.precisions.at("fp16")));
}

}  // namespace

TEST_CASE("the size of the space is a sum over divisions and dataflows", "[dse]") {
  // 2 rows, 3 features in, 1 out.
  const Work work = test::matmul_work(1, 2, 3, 1);
  System system = test::small_system(1);
  system.core.corelets = 1;
  system.array.rows = system.array.columns = system.array.lanes = 1;
  // Tiles with their blocks: mb 2: {2 1} 1: {1}; in 3: {3 2 1} 2: {2 1} 1: {1}.
  const int64_t mb = 2 + 1, in = 3 + 2 + 1;
  const int64_t places = 3, tile_hops = 2 * 2 * 2, block_orders = 6, block_hops = 2 * 2 * 2;
  const int64_t each = places * tile_hops * block_orders * block_hops;
  CHECK(size_on(system, work) == std::to_string(mb * in * each));
  system.chip.cores = 2;  // one row each
  CHECK(size_on(system, work) == std::to_string((mb + 1) * in * each));
  system.array.rows = 2;
  system.array.row_dims = {"in"};
  // Two features at once: 3: {3 2} 2: {2} 1: {1}.
  const int64_t in_by_two = 2 + 1 + 1;
  CHECK(size_on(system, work) == std::to_string((mb + 1) * (in + in_by_two) * each));
}

TEST_CASE("off the array, tiles, orders and hops make the space", "[dse]") {
  const Graph graph = test::one_node(Reduce{ReduceKind::Max, {0, 2}}, {{2, 3, 4}}, 1, "Reduce");
  const Work work = describe(graph).value().front();
  // Both reduced axes and the kept one: 2, 4 and 3 indices, 2, 3 and 3 balanced tiles.
  const int64_t tiles = 2 * 3 * 3, orders = 2, hops = 2 * 2;
  CHECK(size_on(test::small_system(1), work) == std::to_string(tiles * orders * hops));
}
