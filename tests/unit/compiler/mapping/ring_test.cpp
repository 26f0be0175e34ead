#include "compiler/mapping/ring.h"

#include "tests/support/catch.h"

using namespace tilewright;

namespace {

ChipTier chip_with(int64_t cores, std::vector<int64_t> stops) {
  ChipTier chip;
  chip.cores = cores;
  chip.memory_stops = std::move(stops);
  return chip;
}

RapidDsc divided(int64_t out, int64_t i) {
  RapidDsc dsc;
  dsc.n[Dim::out] = 64;
  dsc.n[Dim::i] = 64;
  dsc.core_d.parts[Dim::out] = out;
  dsc.core_d.parts[Dim::i] = i;
  dsc.core_d.ring_order = {Dim::out, Dim::i};
  return dsc;
}

constexpr DimSet kOut = bit(Dim::out), kBoth = bit(Dim::out) | bit(Dim::i);

}  // namespace

TEST_CASE("one stop serves half of the ring each way") {
  const ChipTier chip = chip_with(8, {0});
  // Upwards cores 1 to 4, downwards 7 to 5; core 0 stands at the stop.
  CHECK(ring_load(divided(8, 1), kBoth, chip) == RingLoad{4, 4});
  CHECK(ring_load(divided(4, 1), kBoth, chip) == RingLoad{3, 3});  // cores 0 to 3 work
  CHECK(ring_load(divided(1, 1), kBoth, chip) == RingLoad{0, 0});
}

TEST_CASE("a piece that several cores take goes down each way once") {
  const ChipTier chip = chip_with(8, {0});
  // Cores 0-3 take one half of out, 4-7 the other: upwards 1 2 3 | 4.
  CHECK(ring_load(divided(2, 4), kOut, chip) == RingLoad{2, 4});
  CHECK(ring_load(divided(1, 8), kOut, chip) == RingLoad{1, 4});
}

TEST_CASE("the nearest stop serves a core") {
  CHECK(ring_load(divided(8, 1), kBoth, chip_with(8, {0, 4})) == RingLoad{2, 2});
  CHECK(ring_load(divided(8, 1), kBoth, chip_with(8, {})) == RingLoad{0, 0});
}

TEST_CASE("empty slices take nothing") {
  RapidDsc dsc = divided(4, 1);
  dsc.n[Dim::out] = 5;  // greedy: 2 2 1 0
  dsc.core_d.share = ShareRule::Greedy;
  CHECK(ring_load(dsc, kBoth, chip_with(8, {0})) == RingLoad{2, 2});
}

TEST_CASE("sums go from member to member of each group") {
  const auto rounds = [](std::vector<std::pair<Dim, int64_t>> in_order, DimSet reduction) {
    RapidDsc dsc;
    for (const auto& [dim, parts] : in_order) {
      dsc.n[dim] = 64;
      dsc.core_d.parts[dim] = parts;
      dsc.core_d.ring_order.push_back(dim);
    }
    return reduction_rounds(dsc, reduction);
  };
  using Rounds = std::vector<RingRound>;
  const DimSet in = bit(Dim::in), both = in | bit(Dim::ki);
  CHECK(rounds({{Dim::out, 8}}, in).empty());
  CHECK(rounds({{Dim::out, 2}, {Dim::in, 4}}, in) == Rounds{{1, 1}, {1, 1}, {1, 1}});
  // Members are 2 apart, and a link in between carries both groups.
  CHECK(rounds({{Dim::in, 4}, {Dim::out, 2}}, in) == Rounds{{2, 2}, {2, 2}, {2, 2}});
  // Cores 0 1 4 5 sum up one half of `out`, 2 3 6 7 the other.
  CHECK(rounds({{Dim::in, 2}, {Dim::out, 2}, {Dim::ki, 2}}, both) ==
        Rounds{{1, 1}, {2, 3}, {1, 1}});
}

TEST_CASE("groups of empty slices hand nothing on") {
  RapidDsc dsc = divided(4, 2);  // greedy: 2 2 1 0 of 5
  dsc.n[Dim::out] = 5;
  dsc.core_d.ring_order = {Dim::i, Dim::out};
  dsc.core_d.share = ShareRule::Greedy;
  CHECK(reduction_rounds(dsc, bit(Dim::i)) == std::vector<RingRound>{{3, 4}});
}

TEST_CASE("of a group only the last core stores") {
  RapidDsc dsc = divided(4, 2);
  // Members 2k and 2k + 1; the last ones stand at 1 3 5 7.
  CHECK(ring_load(dsc, kOut, chip_with(8, {0}), bit(Dim::i)) == RingLoad{2, 3});
  CHECK(ring_load(dsc, kOut, chip_with(8, {1, 3, 5, 7}), bit(Dim::i)) == RingLoad{0, 0});
}
