// Buffers that slide: what stays of a tile, what is fetched, and where it lies.
#include "tests/support/catch.h"
#include "tests/unit/backend/sim_support.h"

using namespace tilewright;
using namespace tilewright::sim_test;

namespace {

constexpr RegisterMask kMoving = RegisterMask{1} << kI;

BoxAxis window_axis() {
  BoxAxis axis = along(kI);
  axis.count.terms = {{kI, 1}, {kKi, 1}};
  axis.limit = 7;
  return axis;
}

// y[i] = x[i] + x[i + 1] + x[i + 2] of x[7], padded by fives, in tiles of 2 that slide in a circle
// of `buffers` times their 4 points. Instruction 1 fetches whole tiles, 2 fresh points, 5 stores.
Program sums_of_three(int32_t buffers) {
  Program p = program_on({slice({{kI, 6}, {kKi, 3}})});
  p.inputs = {{"x", {7}, 0}};
  p.outputs = {{"y", {6}, 1024}};
  Buffer x = copies(lx(64, 4), buffers, kMoving);
  x.slide = kMoving;
  x.shift = 2;
  Transfer whole = load(external(0, 7), x, {window_axis()});
  whole.fill = 5;
  whole.when = {At::Current, Trigger::Entering, kMoving, kEveryRegister, Visit::Initial, kMoving};
  Transfer fresh = whole;
  fresh.when.visit = Visit::Again;
  fresh.axes[0].last = {{kI, 1}};
  Elementwise sum;
  sum.accumulate = Accumulate::Add;
  sum.reduction = 1 << kKi;
  sum.inputs = {{view(x, {{kI, 1}, {kKi, 1}}), {window_axis().count}}};
  sum.out = operand(lx(128, 2), {{kI, 1}});
  stream(p, Unit::Ext) = {
      Nest{{{kI, 2, 3}}}, whole,   fresh,
      Signal{0},          Wait{1}, store(external(1024, 6), lx(128, 2), {along(kI)}),
      EndNest{}};
  stream(p, Unit::Sfu) = {Nest{{{kI, 2, 3}}}, Wait{0}, sum, Signal{1}, EndNest{}};
  return p;
}
const std::map<std::string, Tensor> kSeven = {{"x", numbers({1, 2, 4, 8, 16, 32, 64})}};
const std::vector<float> kSums = {7, 14, 28, 56, 112, 32 + 64 + 5};

}  // namespace

TEST_CASE("a tile keeps what it shares with the one before, and wraps in its buffer") {
  for (const int32_t buffers : {1, 2, 3}) {
    const SimResult result = run(sums_of_three(buffers), kSeven);
    CHECK(result.outputs.at("y").floats == kSums);
    // 4 + 2 + 1 of the 2 fresh points are in the tensor; 4 in the padding of whole tiles are not.
    CHECK(result.layers[0].link_bytes.at("external") == (4 + 2 + 1 + 6) * 4);
    CHECK(result.layers[0].busy_cycles.at("ext") == (10 + 2) + (10 + 1) + (10 + 1) + 3 * (10 + 1));
    CHECK(result.layers[0].link_bytes.at("array_in") == 3 * 4 * 4);
  }
}

TEST_CASE("fresh points that are all padding take no time, but are filled") {
  Program p = sums_of_three(1);
  for (const size_t t : {1, 2})
    std::get<Transfer>(stream(p, Unit::Ext)[t]).axes[0].limit = p.inputs[0].shape[0] = 6;
  const SimResult result = run(p, {{"x", numbers({1, 2, 4, 8, 16, 32})}});
  CHECK(result.outputs.at("y").floats ==
        std::vector<float>{7, 14, 28, 56, 16 + 32 + 5, 32 + 5 + 5});
  CHECK(result.layers[0].link_bytes.at("external") == (4 + 2 + 0 + 6) * 4);
  CHECK(result.layers[0].busy_cycles.at("ext") == (10 + 2) + (10 + 1) + 3 * (10 + 1));
}

TEST_CASE("a point that nothing kept or fetched is found, also beyond the end of the circle") {
  Program p = sums_of_three(2);
  std::get<Transfer>(stream(p, Unit::Ext)[2]).when.visit = Visit::Unfinished;  // not the last tile
  // The circle of 8 holds points 0 to 5; the last tile lies at 4, and its third point is at 6.
  check_mentions(failure(p, kSeven),
                 "core 0: sfu 2 (Elementwise): error: reads Lx byte 88 (element 2 of 4 of those "
                 "from 4 of the buffer at 64), which nothing has written");
}

TEST_CASE("addresses count from where the tile lies, and end with it") {
  Program p = sums_of_three(3);
  std::get<Elementwise>(stream(p, Unit::Sfu)[2]).inputs[0].view.stride[kKi] = 2;
  check_mentions(failure(p, kSeven),
                 "touches Lx byte 84 (element 5 of 4 of those from 0 of the buffer at 64), outside "
                 "of its buffer");
}
