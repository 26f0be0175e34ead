// Bytes over the links of an element-wise layer whose greedy shares end at different tiles: 429
// elements over 62 cores are 61 times 7 and 2, so in tiles of one the last core is done after two
// of seven trips. Its second tile was once counted for each of the four trips in the middle.
#include "costmodel/price.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/mapped_network.h"

using namespace tilewright;
using namespace tilewright::test;

TEST_CASE("a share that ends early moves only its own bytes") {
  const ScalarExpr add{{{ScalarOp::Add, ScalarRef::input(0), ScalarRef::input(1), {}}}};
  const Graph graph = one_node(Pointwise{add}, {{11, 39}, {11, 39}}, 1, "Add");
  const Work work = describe(graph).value().front();
  const int64_t points = 11 * 39, fp16 = 2;
  REQUIRE(work.points() == points);
  const Dim columns = kDims[static_cast<size_t>(
      std::find(work.extent.values.begin(), work.extent.values.end(), points) -
      work.extent.values.begin())];
  const System system = small_system(143);
  for (int64_t parts : {143, 100, 62, 7})
    for (int64_t tile : {1, 2, 3}) {
      Choice choice;
      choice.parts[columns] = parts;
      choice.share = ShareRule::Greedy;
      choice.t[columns] = tile;
      INFO(parts << " parts, tiles of " << tile);
      const auto bytes =
          link_bytes(work, system, system.precisions.at("fp16"), complete(work, choice));
      CHECK(bytes.at("array_in") == 2 * points * fp16);
      CHECK(bytes.at("array_out") == points * fp16);
      CHECK(bytes.at("external") == 3 * points * fp16);
    }
}
