// R13 and T5 of costmodel/README.md on mappings that are counted by hand.
#include "compiler/mapping/compose.h"
#include "compiler/mapping/loop_nest.h"
#include "costmodel/price.h"
#include "costmodel/tile_grid.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

TEST_CASE("T5: 12 rows in tiles of 4 with a kernel of 3 and a padding of 1 take 5 + 4 + 3 rows") {
  const System core = shipped("rapid-core");
  const PrecisionInfo& fp16 = core.precisions.at("fp16");
  Window window = square_window(3, 1, 1);
  window.kernel[1] = 1;
  window.pad_begin[1] = window.pad_end[1] = 0;
  const Work work = conv_work({1, 1, 2, 1, 12, 8, window});
  MappingChoice c;
  c.t = c.b = work.extent;
  c.t[Dim::i] = c.b[Dim::i] = 4;
  c.types.assign(3, {TransferType::DoubleBuffer, TransferType::Stream});
  c.inner.assign(3, Place::L0);
  RapidDsc dsc = compose(work, c);
  const UnitTimes times(work, core, fp16);
  const auto rows = [&](int64_t tile) {
    const LoopNest nest = lower(work, core, fp16, dsc);
    return TileGrid(work, times, dsc, nest).bytes(0, LoopIndex{tile}, 16) / (2 * 8 * 2);
  };
  const auto external = [&] { return link_bytes(work, core, fp16, dsc).at("external"); };
  const int64_t others = 2 * 3 * 2 + 12 * 8 * 2;  // KER, OUT
  CHECK(rows(0) + rows(1) + rows(2) == 5 + 6 + 5);
  CHECK(external() == others + (5 + 6 + 5) * 2 * 8 * 2);
  dsc.data_structures[0].transfers[0].slide = true;
  CHECK(rows(0) == 5);
  CHECK(rows(1) == 4);
  CHECK(rows(2) == 3);
  CHECK(external() == others + (5 + 4 + 3) * 2 * 8 * 2);
}
