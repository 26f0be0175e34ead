// Sums over the ring: who adds to what, and how long it takes.
#include "tests/support/catch.h"
#include "tests/unit/backend/sim_support.h"

using namespace tilewright;
using namespace tilewright::sim_test;

namespace {

constexpr int64_t kLayer = 100;
constexpr uint8_t kOverIn = 1u << kIn;

// x[cores][4] at 0: each core, with its index of `in`, loads a row, all are summed up, and the last
// core stores the sum to y[4] at 1024. Ring: 4 bytes per cycle after 5.
Program sum_rows(std::vector<CoreSlice> slices) {
  const auto rows = static_cast<int64_t>(slices.size());
  Program p = program_on(std::move(slices));
  p.system.chip.ring = {{4, 1}, 5};
  p.inputs = {{"x", {rows, 4}, 0}};
  p.outputs = {{"y", {4}, 1024}};
  RingReduce reduce;
  reduce.tile = view(lx(0, 4), {{kOut, 1}});
  reduce.over = kOverIn;
  Transfer last = store(external(1024, 4), lx(0, 4), {along(kOut)});
  last.multicast = kOverIn;
  stream(p, Unit::Ext) = {load(external(0, 4 * rows), lx(0, 4), {along(kIn, 4, 4), along(kOut)}),
                          reduce, last};
  return p;
}

CoreSlice row(int64_t k) { return slice({{kOut, 4}}, {{kIn, k}}); }

std::map<std::string, Tensor> rows(std::vector<float> data) {
  const auto n = static_cast<int64_t>(data.size() / 4);
  return {{"x", float_tensor({n, 4}, std::move(data))}};
}

}  // namespace

TEST_CASE("members add up in turn, and the last one stores") {
  Program p = sum_rows({row(0), row(1), row(2)});
  const auto x = rows({1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, -400});
  SimResult result = run(p, x);
  CHECK(result.outputs.at("y").floats == std::vector<float>{111, 222, 333, -356});
  // 16 bytes from three cores each; two rounds over one link; 16 bytes from one core.
  CHECK(result.cycles == (10 + 3 * 16 / 8) + 2 * (5 + 16 / 4) + (10 + 16 / 8) + kLayer);
  CHECK(result.layers[0].link_bytes.at("ring") == 2 * 16);
  CHECK(result.layers[0].link_bytes.at("external") == 3 * 16 + 16);
  std::get<RingReduce>(stream(p, Unit::Ext)[1]).accumulate = Accumulate::Max;
  CHECK(run(p, x).outputs.at("y").floats == std::vector<float>{100, 200, 300, 40});
}

TEST_CASE("additions are made in the order of the places") {
  const float big = 1 << 24;  // big + 1 is big in FP32
  const auto last = [&](float a, float b, float c) {
    return run(sum_rows({row(0), row(1), row(2)}), rows({a, 0, 0, 0, b, 0, 0, 0, c, 0, 0, 0}))
        .outputs.at("y")
        .floats[0];
  };
  CHECK(last(1, 1, big) == big + 2);
  CHECK(last(big, 1, 1) == big);
}

TEST_CASE("messages share the links between") {
  // Groups 0 2 and 1 3, 2 links upwards each; from core 1 to 2 both pass.
  const auto at = [](int64_t in, int64_t mb) { return slice({{kOut, 4}}, {{kIn, in}, {kMb, mb}}); };
  Program p = sum_rows({at(0, 0), at(0, 1), at(1, 0), at(1, 1)});
  Transfer& first = std::get<Transfer>(stream(p, Unit::Ext)[0]);
  first.axes = {along(kIn, 8, 4), along(kMb, 4, 4), along(kOut)};
  Transfer& last = std::get<Transfer>(stream(p, Unit::Ext)[2]);
  last.axes = {along(kMb, 4, 4), along(kOut)};
  last.outer = external(1024, 8);
  p.outputs = {{"y", {8}, 1024}};
  const SimResult result = run(p, rows({1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 30, 40, 50, 60, 70, 80}));
  CHECK(result.outputs.at("y").floats == std::vector<float>{11, 22, 33, 44, 55, 66, 77, 88});
  CHECK(result.cycles == (10 + 4 * 16 / 8) + (2 * 5 + 2 * 16 / 4) + (10 + 2 * 16 / 8) + kLayer);
  CHECK(result.layers[0].link_bytes.at("ring") == 2 * 16);
}

TEST_CASE("the shorter way may count downwards") {
  Program p = sum_rows({row(0), slice({{kOut, 4}}, {{kMb, 1}}), row(1)});  // 0 and 2 of a ring of 3
  const int64_t with_ring = run(p, rows({1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0})).cycles;
  stream(p, Unit::Ext).erase(stream(p, Unit::Ext).begin() + 1);
  CHECK(with_ring - run(p, rows({1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0})).cycles == 5 + 16 / 4);
}

TEST_CASE("the last core finishes what all have summed up") {
  Program p = sum_rows({row(0), row(1)});
  std::vector<Instruction>& ext = stream(p, Unit::Ext);
  ext.insert(ext.begin() + 2, {Signal{0}, Wait{1}});
  Elementwise negate;
  negate.inputs = {operand(lx(0, 4), {{kOut, 1}})};
  negate.out = negate.inputs[0];
  negate.expr = unary(ScalarOp::Neg);
  negate.over = kOverIn;
  stream(p, Unit::Sfu) = {Wait{0}, negate, Signal{1}};
  const SimResult result = run(p, rows({1, 2, 3, 4, 10, 20, 30, 40}));
  CHECK(result.outputs.at("y").floats == std::vector<float>{-11, -22, -33, -44});
  CHECK(result.cycles ==
        (10 + 2 * 16 / 8) + (5 + 16 / 4) + 2 + (6 + 16 / 8) + 2 + (10 + 16 / 8) + kLayer);
  CHECK(result.layers[0].link_bytes.at("array_in") == 16);  // one core's alone
}

TEST_CASE("sums that nothing has written, and tiles of two shapes, are found") {
  Program p = sum_rows({row(0), row(1)});
  stream(p, Unit::Ext).erase(stream(p, Unit::Ext).begin());
  check_mentions(failure(p, rows(std::vector<float>(8))), "core 1: ext 0 (RingReduce)");
  check_mentions(failure(p, rows(std::vector<float>(8))), "which nothing has written");
  // The first core has two rounds of `in` in the innermost loop, the second one: they meet at a
  // tile of two elements and at one of the last element.
  Program q = sum_rows({slice({{kOut, 3}, {kIn, 2}}), slice({{kOut, 3}}, {{kIn, 2}})});
  q.inputs[0].shape = {3, 4};
  std::vector<Instruction>& ext = stream(q, Unit::Ext);
  ext = {Nest{{{kOut, 2, 0}, {kIn, 1, 0}}}, ext[0], ext[1], EndNest{}};
  check_mentions(failure(q, rows(std::vector<float>(12))),
                 "gets a tile of another shape from core 0");
}
