// M1 of costmodel/README.md on a mapping that is counted by hand.
#include "costmodel/levels.h"

#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/systems.h"
#include "tests/unit/costmodel/six_blocks.h"

using namespace tilewright;
using namespace tilewright::test;

TEST_CASE("M1: levels count what each is busy with, the price is the slowest") {
  const System core = shipped("rapid-core");
  const PrecisionInfo& fp16 = core.precisions.at("fp16");
  const Work work = matmul_work(1, 96, 64, 128);
  const RapidDsc dsc = compose(work, six_blocks());

  const Levels level = levels(work, core, fp16, dsc);
  CHECK(level.array == 6 * 8 * 32);
  CHECK(level.sfu == 0);
  CHECK(level.array_in == (inp + ker) / 64);
  CHECK(level.array_out == out / 64);
  CHECK(level.external == hold_cycles(inp + ker + out, core.chip.external_bytes_per_cycle()));
  const Price perfect = price_max_of_levels(work, core, fp16, dsc);
  CHECK(perfect.cost.cycles == level.most());
  CHECK(perfect.cost.cycles <= price(work, core, fp16, dsc).cost.cycles);
  CHECK(perfect.cost[CostClass::MacCompute] == 96 * 64 * 128 / 1024);
}
