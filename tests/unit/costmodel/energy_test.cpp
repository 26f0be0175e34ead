// The worked example of costmodel/README.md, E1 to E6: a matrix product of 96 x 64 by 64 x 128 in
// six blocks of 32 x 64 x 64, weights in the LRF.
#include "costmodel/energy.h"

#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/systems.h"
#include "tests/unit/costmodel/six_blocks.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// One unit of energy per event and a digit for each place.
System counting_core() {
  System core = shipped("rapid-core");
  core.energy = {1, 10, 100, 1000, 10000, 100000, 1000000};
  core.precisions["fp16"].mac_energy = 7;
  return core;
}

}  // namespace

TEST_CASE("E1 to E6: every event of a mapping is counted") {
  const System core = counting_core();
  const PrecisionInfo& fp16 = core.precisions.at("fp16");
  const Work work = matmul_work(1, 96, 64, 128);
  const Energy e = energy(work, core, fp16, compose(work, six_blocks()), 1234);

  CHECK(e.mac == 96 * 64 * 128 * 7);
  CHECK(e.lrf == (96 * 64 * 128 * 2 + ker) * 1);  // a weight per lane and row; each comes in once
  CHECK(e.l0 == (96 * 64 * (128 / 64) * 2 + inp) * 10);
  CHECK(e.accumulator == (8 * (64 / 8) * 96 * 128 + out) * 100);
  CHECK(e.lx == (inp + ker + out + inp + ker + out) * 1000);
  CHECK(e.external == (inp + ker + out) * 10000);
  CHECK(e.sfu == 0);
  CHECK(e.leakage == 1234 * 1000000);
  CHECK(e.total() == e.mac + e.lrf + e.l0 + e.accumulator + e.lx + e.external + e.leakage);
}

TEST_CASE("E2, E4: weights that bypass Lx are written to the LRF and read there, not in Lx") {
  const System core = counting_core();
  const PrecisionInfo& fp16 = core.precisions.at("fp16");
  const Work work = matmul_work(1, 96, 64, 128);
  MappingChoice c = six_blocks();
  for (auto& types : c.types) types[0] = TransferType::BlockLoad;
  c.past_lx = 1;
  const Energy e = energy(work, core, fp16, compose(work, c), 0);
  CHECK(e.lrf == (96 * 64 * 128 * 2 + ker) * 1);
  CHECK(e.l0 == (96 * 64 * (128 / 64) * 2 + inp) * 10);
  CHECK(e.lx == (inp + out + inp + out) * 1000);
  CHECK(e.external == (inp + ker + out) * 10000);
}
