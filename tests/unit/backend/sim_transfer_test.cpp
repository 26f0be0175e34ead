// Boxes between external memory, Lx and L0: what arrives where, and how long it takes.
#include "tests/support/catch.h"
#include "tests/unit/backend/sim_support.h"

using namespace tilewright;
using namespace tilewright::sim_test;

namespace {

constexpr int64_t kLayer = 100;

// x[8] at 0 comes to Lx and leaves for y[8] at 1024, both in one piece.
Program copy_eight() {
  Program p = program_on({slice({{kOut, 8}})});
  p.inputs = {{"x", {8}, 0}};
  p.outputs = {{"y", {8}, 1024}};
  stream(p, Unit::Ext) = {load(external(0, 8), lx(0, 8), {along(kOut)}),
                          store(external(1024, 8), lx(0, 8), {along(kOut)})};
  return p;
}
const std::map<std::string, Tensor> kEight = {{"x", numbers({1, 2, 3, 4, 5, 6, 7, 8})}};

}  // namespace

TEST_CASE("a copy through Lx takes latency and bandwidth twice") {
  const SimResult result = run(copy_eight(), kEight);
  CHECK(result.outputs.at("y") == kEight.at("x"));
  CHECK(result.cycles == 2 * (10 + 8 * 4 / 8) + kLayer);
  REQUIRE(result.layers.size() == 1);
  CHECK(result.layers[0].link_bytes.at("external") == 2 * 8 * 4);
  CHECK(result.layers[0].busy_cycles.at("ext") == 2 * (10 + 8 * 4 / 8));
  CHECK(result.layers[0].busy_cycles.at("pe") == 0);
}

TEST_CASE("a bandwidth that does not divide the bytes is rounded up once") {
  Program p = copy_eight();
  p.system.chip.external.bytes_per_cycle = {14, 1};       // halved by the efficiency: 7
  CHECK(run(p, kEight).cycles == 2 * (10 + 5) + kLayer);  // 32 / 7 = 4.57
}

TEST_CASE("padding becomes the fill value and takes no bandwidth") {
  Program p = program_on({slice({{kOut, 8}})});
  p.inputs = {{"x", {4}, 0}};
  p.outputs = {{"y", {8}, 1024}};
  BoxAxis window = along(kOut);
  window.outer.offset = -2;  // indices -2 .. 5, of which 0 .. 3 are there
  window.limit = 4;
  Transfer padded = load(external(0, 4), lx(0, 8), {window});
  padded.fill = -9;
  stream(p, Unit::Ext) = {padded, store(external(1024, 8), lx(0, 8), {along(kOut)})};
  const SimResult result = run(p, {{"x", numbers({1, 2, 3, 4})}});
  CHECK(result.outputs.at("y").floats == std::vector<float>{-9, -9, 1, 2, 3, 4, -9, -9});
  CHECK(result.cycles == (10 + 4 * 4 / 8) + (10 + 8 * 4 / 8) + kLayer);
}

TEST_CASE("a box that is all padding takes no time, but is filled") {
  Program p = copy_eight();
  Transfer& first = std::get<Transfer>(stream(p, Unit::Ext)[0]);
  first.axes[0].outer.offset = 50;
  first.axes[0].limit = 8;
  first.fill = 3;
  const SimResult result = run(p, kEight);
  CHECK(result.outputs.at("y").floats == std::vector<float>(8, 3.0f));
  CHECK(result.cycles == 10 + 4 + kLayer);
}

TEST_CASE("lattice steps of both signs keep to the limit") {
  for (const int64_t step : {3, -3}) {
    Program p = program_on({slice({{kOut, 5}})});
    p.inputs = {{"x", {8}, 0}};
    p.outputs = {{"y", {5}, 1024}};
    BoxAxis strided = along(kOut);
    strided.outer.step = step;
    strided.outer.offset = step > 0 ? -3 : 12;  // -3 0 3 6 9, or 12 9 6 3 0
    strided.limit = 8;
    stream(p, Unit::Ext) = {load(external(0, 8), lx(0, 5), {strided}),
                            store(external(1024, 5), lx(0, 5), {along(kOut)})};
    const SimResult result = run(p, kEight);
    const std::vector<float> up = {0, 1, 4, 7, 0}, down = {0, 0, 7, 4, 1};
    CHECK(result.outputs.at("y").floats == (step > 0 ? up : down));
    CHECK(result.layers[0].link_bytes.at("external") == (3 + 5) * 4);
  }
}

TEST_CASE("two axes transpose on the way") {
  Program p = program_on({slice({{kI, 2}, {kJ, 3}})});
  p.inputs = {{"x", {2, 3}, 0}};
  p.outputs = {{"y", {3, 2}, 1024}};
  stream(p, Unit::Ext) = {load(external(0, 6), lx(0, 6), {along(kI, 3, 3), along(kJ, 1, 1)}),
                          store(external(1024, 6), lx(0, 6), {along(kI, 1, 3), along(kJ, 2, 1)})};
  const SimResult result = run(p, {{"x", float_tensor({2, 3}, {1, 2, 3, 4, 5, 6})}});
  CHECK(result.outputs.at("y").floats == std::vector<float>{1, 4, 2, 5, 3, 6});
}

TEST_CASE("cores share the external memory in lockstep, at the pace of the slowest") {
  Program p = copy_eight();
  p.layers[0].cores = {slice({{kOut, 5}}), slice({{kOut, 3}}, {{kOut, 5}})};
  p.system = tiny_system(2);
  const SimResult result = run(p, kEight);
  CHECK(result.outputs.at("y") == kEight.at("x"));
  CHECK(result.cycles == 2 * (10 + 5) + kLayer);  // 5 * 4 bytes at 8 / 2 bytes per cycle
  CHECK(result.layers[0].link_bytes.at("external") == 2 * 8 * 4);
}

TEST_CASE("a piece that a group fetches together counts once and has the group's bandwidth") {
  // Four cores: two halves of `out` times two of `mb`; x depends on out alone.
  Program p =
      program_on({slice({{kOut, 4}}), slice({{kOut, 4}}, {{kMb, 1}}),
                  slice({{kOut, 4}}, {{kOut, 4}}), slice({{kOut, 4}}, {{kOut, 4}, {kMb, 1}})});
  p.inputs = {{"x", {8}, 0}};
  p.outputs = {{"y", {2, 8}, 1024}};
  Transfer together = load(external(0, 8), lx(0, 4), {along(kOut)});
  together.multicast = 1 << kMb;
  stream(p, Unit::Ext) = {
      together, store(external(1024, 16), lx(0, 4), {along(kMb, 8, 4), along(kOut, 1, 1)})};
  const SimResult result = run(p, kEight);
  CHECK(result.outputs.at("y").floats ==
        std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8});
  // Fetch: 2 of 4 shares of 8 bytes per cycle. Store: each core on its own.
  CHECK(result.cycles == (10 + 4 * 4 / 4) + (10 + 4 * 4 / 2) + kLayer);
  CHECK(result.layers[0].link_bytes.at("external") == 8 * 4 + 16 * 4);
}

TEST_CASE("a core without data takes part in every slot") {
  Program p = copy_eight();
  p.layers[0].cores = {slice({{kOut, 8}}), slice({{kOut, 0}}, {{kOut, 8}})};
  p.system = tiny_system(2);
  const SimResult result = run(p, kEight);
  CHECK(result.outputs.at("y") == kEight.at("x"));
  CHECK(result.cycles == 2 * (10 + 8) + kLayer);
}

TEST_CASE("streams queue on the array's link, and blocking loads wait behind them") {
  Program p = copy_eight();
  Transfer streamed = load(lx(0, 8), l0(0, 8), {along(kBlock + kOut)});
  const Transfer blocking = load(lx(0, 8), l0(8, 8), {along(kBlock + kOut)});
  streamed.stream = true;
  const int64_t once = 3 + 8 * 4 / 16, fetched = 10 + 4;
  // The load unit starts when x is in Lx; the last instruction of each program takes no time.
  stream(p, Unit::Ext).insert(stream(p, Unit::Ext).begin() + 1, Signal{0});
  SECTION("two streams, not waited for") {
    stream(p, Unit::Load) = {Wait{0}, streamed, streamed, Signal{1}};
    stream(p, Unit::Pe) = {Wait{1}, Signal{2}};
    const SimResult result = run(p, kEight);
    CHECK(result.cycles == std::max(2 * fetched, fetched + 2 + 2 * once) + kLayer);
    CHECK(result.layers[0].busy_cycles.at("load") == 2 * once);
    CHECK(result.layers[0].link_bytes.at("array_in") == 2 * 8 * 4);
  }
  SECTION("a join, then more") {
    stream(p, Unit::Load) = {Wait{0}, streamed, streamed, Join{}, blocking, blocking};
    CHECK(run(p, kEight).cycles == fetched + 2 + 4 * once + kLayer);
  }
  SECTION("a blocking load behind streams") {
    stream(p, Unit::Load) = {Wait{0}, streamed, streamed, streamed, blocking};
    CHECK(run(p, kEight).cycles == fetched + 2 + 4 * once + kLayer);
  }
}

TEST_CASE("INT8 programs move a byte per element, of integers alone") {
  Program p = program_on({slice({{kOut, 4}})}, DataFormat::Int8);
  p.inputs = {{"x", {4}, 1}};
  p.outputs = {{"y", {4}, 1025}};
  stream(p, Unit::Ext) = {load(external(1, 4, 1), lx(0, 4, 1), {along(kOut)}),
                          store(external(1025, 4, 1), lx(0, 4, 1), {along(kOut)})};
  const SimResult result = run(p, {{"x", numbers({-127, -1, 0, 127})}});
  CHECK(result.outputs.at("y").floats == std::vector<float>{-127, -1, 0, 127});
  CHECK(result.cycles == 2 * (10 + 1) + kLayer);
  CHECK(result.layers[0].link_bytes.at("external") == 4 + 4);
  for (const float x : {0.5f, 128.0f, -128.0f, NAN}) {
    const std::string text = failure(p, {{"x", numbers({1, x, 2, 3})}});
    check_mentions(text, "input 'x': error: element 1 is ");
    check_mentions(text, "the program takes the integers -127 to 127");
  }
  p.constants = {{1, std::string("\x00\xff\x00\x00", 4)}};
  check_mentions(
      failure(p, {{"x", numbers({1, 2, 3, 4})}}),
      "the constant at byte 1 holds -128 at element 1, which is no number of the format");
  p.constants.clear();
  stream(p, Unit::Ext)[0] = load(external(1, 4, 1), lx(0, 4, 2), {along(kOut)});
  check_mentions(failure(p, {{"x", numbers({1, 2, 3, 4})}}), "cells of 2 bytes in");
}

TEST_CASE("DLFloat16 programs move two bytes per element and round what they store") {
  Program p = program_on({slice({{kOut, 4}})}, DataFormat::DlFloat16);
  p.inputs = {{"x", {4}, 0}};
  p.outputs = {{"y", {4}, 1024}};
  stream(p, Unit::Ext) = {load(external(0, 4, 2), lx(0, 4, 2), {along(kOut)}),
                          store(external(1024, 4, 2), lx(0, 4, 2), {along(kOut)})};
  // 9 fraction bits: 1 + 1/1024 is half way and rounds away from zero; 513/512 is exact.
  const SimResult result = run(p, {{"x", numbers({1 + 1.0f / 1024, 513.0f / 512, -3, 1e30f})}});
  const std::vector<float>& y = result.outputs.at("y").floats;
  CHECK(y[0] == 513.0f / 512);
  CHECK(y[1] == 513.0f / 512);
  CHECK(y[2] == -3);
  CHECK(y[3] != y[3]);  // too large: the one code for NaN and infinity
  CHECK(result.cycles == 2 * (10 + 4 * 2 / 8) + kLayer);
}
