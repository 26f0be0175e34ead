// Tiles that slide against the same mapping without: never more bytes, never more cycles; and with
// the window's loop innermost over a whole share, each row that the window touches comes once.
#include <cstdlib>

#include "compiler/mapping/loop_nest.h"
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/random_layers.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

RapidDsc without_slides(RapidDsc dsc) {
  for (DataStructure& data : dsc.data_structures) data.transfers[0].slide = false;
  return dsc;
}

// Whether anything slides.
bool compare(uint64_t seed) {
  Rng rng{stream_seed(seed, "slide"), 0};
  Network net(seed);
  add_random_layer(net, rng);
  System system = rng.coin() ? rapid_chip() : small_system(rng.between(1, 8));
  system.chip.external_granule_bytes = int64_t{1} << rng.between(0, 6);
  const PrecisionInfo& info = system.precisions.at("fp16");
  const Plan plan = random_plan(rng, net.graph, system, "fp16");
  const Work work = describe(net.graph).value().front();
  const RapidDsc& slides = plan.layers[0].dsc;
  const RapidDsc whole = without_slides(slides);
  INFO("replay with SLIDE_SEED=" << seed << "\n" << print(net.graph) << print_rapid_dsc(slides));
  auto less = link_bytes(work, system, info, slides), more = link_bytes(work, system, info, whole);
  CHECK(less.at("external") <= more.at("external"));
  less.erase("external");
  more.erase("external");
  CHECK(less == more);
  CHECK(price(work, system, info, slides).cost.cycles <=
        price(work, system, info, whole).cost.cycles);
  return slides != whole;
}

}  // namespace

TEST_CASE("sliding takes no more bytes and no more cycles", "[laws]") {
  if (const char* one = std::getenv("SLIDE_SEED")) {
    compare(std::strtoull(one, nullptr, 10));
    return;
  }
  int slides = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) slides += compare(seed) ? 1 : 0;
  CHECK(slides > 50);
}

TEST_CASE("with the window's loop innermost each row comes once", "[laws]") {
  const System core = shipped("rapid-core");
  const PrecisionInfo& fp16 = core.precisions.at("fp16");
  int legal = 0;
  for (const int64_t kernel : {2, 3, 5})
    for (const int64_t stride : {1, 2, 3})
      for (const int64_t dilation : {1, 2})
        for (int64_t rows = 1; rows < 8; ++rows) {
          Window window = square_window(kernel, stride, 0, dilation);
          window.kernel[1] = window.stride[1] = window.dilation[1] = 1;
          const Work work = conv_work({1, 1, 3, 4, 30, 5, window});
          Choice choice;
          choice.t = extents({{Dim::i, rows}}, INT64_MAX);
          choice.b = extents({}, 1);
          choice.slide = true;
          const RapidDsc dsc = complete(work, choice);
          if (!dsc.data_structures[0].transfers[0].slide) continue;
          REQUIRE(!first_rejection(work, core, fp16, dsc));
          ++legal;
          // The lattice: every row, or every second one where stride and dilation are 2.
          const Motion inp = lower(work, core, fp16, dsc).external[0];
          const int64_t step = inp.steps[static_cast<size_t>(inp.slide->axis)];
          const int64_t last = stride * (work.extent[Dim::i] - 1) + dilation * (kernel - 1);
          const int64_t others = 4 * 3 * kernel + 4 * work.extent[Dim::i] * 5;
          CAPTURE(kernel, stride, dilation, rows);
          CHECK(link_bytes(work, core, fp16, dsc).at("external") ==
                2 * (others + 3 * 5 * (last / step + 1)));
        }
  CHECK(legal > 20);
}
