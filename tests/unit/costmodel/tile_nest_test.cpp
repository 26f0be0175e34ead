// The worked examples of costmodel/README.md, T1 to T4, W1, W2, N3 and N4.
#include "costmodel/tile_nest.h"

#include "compiler/mapping/compose.h"
#include "compiler/mapping/share.h"
#include "costmodel/price.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/mapped_network.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// A layer under a mapping, with what the model derives of it.
struct Grid {
  System system;
  Work work;
  RapidDsc dsc;
  const PrecisionInfo& fp16 = system.precisions.at("fp16");
  UnitTimes times{work, system, fp16};
  LoopNest nest = lower(work, system, fp16, dsc);
  TileGrid tiles{work, times, dsc, nest};

  Grid(System s, Work w, const Choice& c)
      : system(std::move(s)), work(std::move(w)), dsc(complete(work, c)) {}
  Grid(const Grid&) = delete;

  std::vector<std::pair<int64_t, int64_t>> classes(size_t loop) const {
    std::vector<std::pair<int64_t, int64_t>> found;
    for (const IndexClass& c : tiles.odometer().classes[loop]) found.emplace_back(c.index, c.count);
    return found;
  }
};
using Classes = std::vector<std::pair<int64_t, int64_t>>;  // first index, how many

Work padded_conv() { return conv_work({1, 1, 64, 64, 56, 56, square_window(3, 1, 1), false}); }

}  // namespace

TEST_CASE("T1: ten rows over four cores, two at once") {
  Choice c;
  c.parts[Dim::mb] = 4;
  c.t[Dim::mb] = 2;
  const Grid grid(rapid_chip(), matmul_work(1, 10, 8, 8), c);
  const auto sizes = [](ShareRule rule) {
    std::vector<int64_t> found;
    for (const Slice& s : slices(10, 4, rule)) found.push_back(s.size);
    return found;
  };
  CHECK(sizes(ShareRule::Balanced) == std::vector<int64_t>{3, 3, 2, 2});
  CHECK(sizes(ShareRule::Greedy) == std::vector<int64_t>{3, 3, 3, 1});
  CHECK(grid.nest.t_loops[0].trips == 2);
  CHECK(grid.tiles.tile({0}).ext[Dim::mb] == 2);
  CHECK(grid.tiles.tile({1}).ext[Dim::mb] == 1);  // two cores have one row left, two have none
}

TEST_CASE("T2, T3: tiles at the padding count less, and stand alone") {
  Choice c;
  c.parts[Dim::i] = 28;
  c.t[Dim::j] = 7;
  const Grid grid(rapid_chip(), padded_conv(), c);
  const auto elements = [&](int64_t index) { return grid.tiles.bytes(0, {index}, 16) / 2; };
  CHECK(elements(0) == 64 * 4 * 8);  // 2 + 3 - 1 rows; 7 + 3 - 1 columns, one of them padding
  CHECK(elements(1) == 64 * 4 * 9);
  CHECK(elements(7) == 64 * 4 * 8);
  CHECK(grid.classes(0) == Classes{{0, 1}, {1, 1}, {2, 4}, {6, 1}, {7, 1}});
}

TEST_CASE("T4: runs take whole granules") {
  System chip = rapid_chip();
  chip.chip.external_granule_bytes = 64;
  Choice c;
  c.parts[Dim::i] = 28;
  const Grid whole(chip, padded_conv(), c);
  CHECK(whole.tiles.bytes(0, {}, 16) == 64 * 448);         // 4 rows of 56 are one run
  CHECK(whole.tiles.bytes(1, {}, 16) == 64 * 64 * 9 * 2);  // all of KER is one
  CHECK(whole.tiles.bytes(2, {}, 16) == 64 * (4 * 64));    // 2 rows of 56: 224 bytes
  c.t[Dim::j] = 28;
  const Grid half(chip, padded_conv(), c);
  CHECK(half.tiles.bytes(0, {0}, 16) == 64 * 4 * 64);  // rows of 29: 58 bytes each
}

TEST_CASE("W1, W2: six indices are four classes, kinds are their product") {
  const auto classes = [](int64_t trips) {
    Classes found;
    for (const IndexClass& c : PlainClasses::of(trips)) found.emplace_back(c.index, c.count);
    return found;
  };
  CHECK(classes(6) == Classes{{0, 1}, {1, 3}, {4, 1}, {5, 1}});
  CHECK(classes(2) == Classes{{0, 1}, {1, 1}});
  Odometer<PlainClasses> odometer;
  odometer.loops = 2;
  odometer.trips = {6, 5};
  odometer.classes[0] = PlainClasses::of(6);
  odometer.classes[1] = PlainClasses::of(5);
  int64_t kinds = 0, states = 0, most = 0;
  odometer.for_each_kind([&](const Kind& kind) {
    ++kinds;
    states += kind.count;
    most = std::max(most, kind.count);
  });
  CHECK(kinds == 4 * 4);
  CHECK(states == 6 * 5);
  CHECK(most == 3 * 2);
}

TEST_CASE("N3: a Move loads and stores in turn") {
  const Move transpose{{{0, {64, 256}, {{0, 1, 1}, {0, 1, 0}}, {{0, 1, 0}, {0, 1, 1}}}}, 0};
  const Graph graph = one_node(transpose, {{256, 64}}, 1, "Transpose");
  const Work work = describe(graph).value().front();
  Choice c;
  c.outer = TransferType::BlockLoad;
  const System chip = rapid_chip();
  const PrecisionInfo& fp16 = chip.precisions.at("fp16");
  const int64_t bytes = 64 * 256 * 2;
  CHECK(price(work, chip, fp16, complete(work, c)).cost.cycles == 2 * (64 + bytes * 5 / 512) + 200);
  for (Dim d : kDims)
    if (work.extent[d] == 256) c.t[d] = 128;
  CHECK(price(work, chip, fp16, complete(work, c)).cost.cycles ==
        4 * (64 + bytes * 5 / 1024) + 200);
}

TEST_CASE("N4: a spread tile comes in parts beside the steps before it") {
  Choice c;
  c.t[Dim::mb] = 32;
  c.t[Dim::out] = 64;
  c.t_order = {Dim::out, Dim::mb};
  c.outer_of[Role::Ker] = TransferType::Stream;
  const Grid grid(rapid_chip(), matmul_work(1, 96, 64, 128), c);
  // Of 64 x 64 weights a third beside each step on the first half of the outputs.
  const int64_t part = 64 + (2731 * 5 + 511) / 512;
  const auto ker_at = [&](const LoopIndex& index) {
    int64_t cycles = 0;
    for (const ExternalSlot& slot :
         slots_at(grid.times, grid.nest, grid.tiles, grid.tiles.odometer().state(index)))
      if (slot.motion == 1) {
        CHECK(slot.part);
        cycles += slot.cycles;
      }
    return cycles;
  };
  for (int64_t mb = 0; mb < 3; ++mb) {
    CHECK(ker_at({0, mb}) == part);
    CHECK(ker_at({1, mb}) == 0);
  }
  CHECK(exposed_slots(grid.times, grid.nest, grid.tiles)[1].cycles == 64 + 8192 * 5 / 512);
}
