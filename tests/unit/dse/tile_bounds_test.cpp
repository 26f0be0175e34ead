// No bound of a box of tiles is above what a mapping with such a tile costs: X1 to X4 of
// dse/README.md against price(), on random mappings of random layers and machines. A failure prints
// its seed; DSE_SEED=n runs that one alone, DSE_CASES=n so many.
#include <algorithm>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/space/space.h"
#include "dse/tiles/order_bound.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/seeds.h"
#include "tests/unit/dse/tiny_problems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

constexpr int kMappings = 40;  // of a layer

std::vector<Dim> tile_loops(const RapidDsc& dsc, const Division& division) {
  std::vector<Dim> loops;
  for (const LoopRef& ref : dsc.loop_order)
    if (ref.stage == Stage::T && dsc.t[ref.dim] < division.share[ref.dim]) loops.push_back(ref.dim);
  return loops;
}

// A box with the mapping's tile: the tile alone, or some of its plateaus.
TileBox box_around(const RapidDsc& dsc, const Division& division, Rng& rng, bool within_plateaus) {
  TileBox box;
  for (size_t k = 0; k < kDimCount; ++k) {
    const int64_t share = division.share.values[k], size = std::min(dsc.t.values[k], share);
    const Plateau plateau = Plateau::of(share, size);
    const int64_t lo = within_plateaus ? plateau.lo : 1, hi = within_plateaus ? plateau.hi : share;
    box.lo[k] = static_cast<int32_t>(rng.below(2) == 0 ? size : rng.between(lo, size));
    box.hi[k] = static_cast<int32_t>(rng.below(2) == 0 ? size : rng.between(size, hi));
  }
  return box;
}

unsigned spread_operands(const RapidDsc& dsc) {
  unsigned spread = 0;
  for (size_t x = 0; x < dsc.data_structures.size(); ++x)
    for (const DataTransfer& t : dsc.data_structures[x].transfers)
      if ((t.src == Place::Lx || t.dst == Place::Lx) &&
          (t.src == Place::External || t.dst == Place::External) && t.type == TransferType::Stream)
        spread |= 1u << x;
  return spread;
}

Bypass bypass_of(const RapidDsc& dsc) {
  for (size_t x = 0; x < dsc.data_structures.size(); ++x)
    for (const DataTransfer& t : dsc.data_structures[x].transfers)
      if ((t.src == Place::External || t.dst == Place::External) && t.src != Place::Lx &&
          t.dst != Place::Lx)
        return x;
  return {};
}

void check(const Problem& problem, const RapidDsc& dsc, int64_t cycles, Rng& rng) {
  WindowTable windows(problem.work);
  const Division division(problem, dsc.core_d, windows);
  const TileBounds bounds(problem, division);
  const std::vector<Dim> loops = tile_loops(dsc, division);
  const Bypass past_lx = bypass_of(dsc);
  CHECK(std::count(division.bypasses.begin(), division.bypasses.end(), past_lx) == 1);
  for (int k = 0; k < 4; ++k) {
    const TileBox box = box_around(dsc, division, rng, k > 0);
    const TileBounds::ByInnermost least = bounds.by_innermost(box, past_lx);
    CHECK(least.least <= cycles);
    if (!loops.empty()) CHECK(least.loop[static_cast<size_t>(loops.back())] <= cycles);
    OrderBound order_bound(problem, division, bounds.unrolls());
    if (!order_bound.set(box, past_lx)) continue;
    bool met = false;
    for (const TileOrder& order : order_bound.all()) {
      const OrderChoice choice = order_bound.choice(order);
      if (choice.order != loops || !choice.covers(spread_operands(dsc) & choice.told_apart))
        continue;
      met = true;
      const int64_t slots = least.slots[static_cast<size_t>(loops.back())];
      CHECK(order_bound.cycles(order, slots, INT64_MAX) <= cycles);
    }
    CHECK(met);
  }
}

void check_mappings(const Network& net, const System& system, const PrecisionInfo& precision,
                    Rng& rng, int mappings) {
  const std::vector<Work> works = describe(net.graph).value();
  for (const Work& work : works) {
    Problem problem(work, system, precision, Goal::Latency, Reach::Full);
    problem.may_bypass = true;
    const Space space(work, system, {});
    for (int k = 0; k < mappings; ++k) {
      const RapidDsc dsc = space.sample(rng);
      if (first_rejection(work, system, precision, dsc)) continue;
      INFO(print_rapid_dsc(dsc));
      check(problem, dsc, price(work, system, precision, dsc).cost.cycles, rng);
    }
  }
}

void run_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "bounds"), 0};
  Network net(seed);
  if (rng.below(3) == 0)
    add_tiny_array_layer(net, rng, 4, 12);
  else
    add_random_layer(net, rng);
  System system = tiny_system(rng, {4, 4});
  system.core.lx_bytes = 1 << 20;
  const PrecisionInfo precision = random_precision(rng, system);
  INFO("replay with DSE_SEED=" << seed << "\n" << print(net.graph));
  check_mappings(net, system, precision, rng, kMappings);
}

}  // namespace

TEST_CASE("no bound of tiles is above what they cost", "[dse]") { run_seeds("DSE", 150, run_seed); }

// Blocks that cut the kernel leave the holes between its points behind, which tiles bring: no bound
// of what comes to the array may count them.
TEST_CASE("holes of a window need not come to the array", "[dse]") {
  Rng rng{stream_seed(1, "holes"), 0};
  Network net(1);
  const Window window{{2, 1}, {3, 1}, {1, 1}, {0, 0}, {0, 0}};
  net.output(net.node("layer", Conv{1, window},
                      {net.input("x", {1, 1, 3 * 11 + 2, 1}), net.constant("w", {1, 1, 2, 1})}));
  System system = small_system(1);
  system.chip.external = {{512, 1}, 0};
  system.core.array_in = {{1, 8}, 0};
  system.core.lx_bytes = 1 << 20;
  check_mappings(net, system, system.precisions.at("fp16"), rng, 1000);
}
