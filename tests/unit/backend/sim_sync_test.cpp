// Streams side by side: semaphores, double buffers, deadlocks.
#include "tests/support/catch.h"
#include "tests/unit/backend/sim_support.h"

using namespace tilewright;
using namespace tilewright::sim_test;

namespace {

constexpr int64_t kTile = 4, kTiles = 4;
constexpr RegisterMask kMoves = RegisterMask{1} << kJ;

// y[j] = f(x[j]) in tiles of 4 out of 15, everything double-buffered.
Program pipeline(ScalarOp op) {
  const int64_t j = kTile * kTiles - 1;
  Program p = program_on({slice({{kJ, j}})});
  p.inputs = {{"x", {j}, 0}};
  p.outputs = {{"y", {j}, 1024}};
  const Buffer x = copies(lx(0, kTile), 2, kMoves), y = copies(lx(512, kTile), 2, kMoves);
  const Transfer fetch = load(external(0, j), x, {along(kJ)});
  const Transfer leave = store(external(1024, j), y, {along(kJ)});
  const Nest tiles{{{kJ, kTile, kTiles}}};
  Elementwise e;
  e.expr = unary(op);
  e.inputs = {operand(x, {{kJ, 1}})};
  e.out = operand(y, {{kJ, 1}});
  stream(p, Unit::Ext) = {at(fetch, At::First),
                          tiles,
                          Signal{0},
                          at(fetch, At::Next, Trigger::Entering, kMoves),
                          at(leave, At::Previous, Trigger::Leaving, kMoves),
                          Wait{1},
                          EndNest{},
                          at(leave, At::Last)};
  stream(p, Unit::Sfu) = {tiles, Wait{0}, e, Signal{1}, EndNest{}};
  return p;
}

Tensor ramp(int64_t count) {
  std::vector<float> data;
  for (int64_t k = 0; k < count; ++k) data.push_back(static_cast<float>(k - 5));
  return numbers(std::move(data));
}

}  // namespace

TEST_CASE("double buffers hide the shorter of transfers and work") {
  const int64_t whole = 10 + 2, part = 10 + 2;  // 16 or 12 bytes at 8 per cycle
  SECTION("transfers are longer") {
    const SimResult result = run(pipeline(ScalarOp::Neg), {{"x", ramp(15)}});
    for (size_t k = 0; k < 15; ++k) CHECK(result.outputs.at("y").floats[k] == -ramp(15).floats[k]);
    const int64_t body = 2 + (6 + 2) + 2;
    const int64_t first = std::max(whole, body), middle = std::max(2 * whole, body);
    const int64_t last = std::max(whole, body);  // stores the tile before, and fetches nothing
    CHECK(result.cycles == whole + first + 2 * middle + last + part + 100);
  }
  SECTION("work is longer") {
    Program p = pipeline(ScalarOp::Exp);
    p.system.core.sfu.special_cycles = 50;
    const int64_t body = 2 + (6 + 50) + 2;
    CHECK(run(p, {{"x", ramp(15)}}).cycles == whole + 4 * body + part + 100);
  }
}

TEST_CASE("a signal given before the wait counts, and each wait takes one") {
  Program p = program_on({slice({})});
  stream(p, Unit::Load) = {Signal{0}, Signal{0}, Signal{0}};
  stream(p, Unit::Pe) = {Wait{0}, Wait{0}, Wait{0}};
  CHECK(run(p, {}).cycles == 2 + 100);  // all three signals are of cycle 0
}

TEST_CASE("two streams may wait for the same semaphore; the first to come is served first") {
  Program p = program_on({slice({})});
  stream(p, Unit::Load) = {Wait{0}, Signal{1}};
  stream(p, Unit::Pe) = {Wait{0}, Signal{1}};
  stream(p, Unit::Sfu) = {Signal{0}, Wait{1}, Signal{0}, Wait{1}};
  CHECK(run(p, {}).cycles == 2 + 2 + 2 + 2 + 100);
}

TEST_CASE("layers follow each other, each with its barrier") {
  Program p = pipeline(ScalarOp::Neg);
  const int64_t once = run(p, {{"x", ramp(15)}}).cycles;
  p.layers.push_back(p.layers[0]);
  const SimResult twice = run(p, {{"x", ramp(15)}});
  CHECK(twice.cycles == 2 * once);
  CHECK(twice.layers.size() == 2);
}

TEST_CASE("a deadlock names who waits for what, and who should have signalled") {
  Program p = pipeline(ScalarOp::Neg);
  SECTION("a signal too few") {
    stream(p, Unit::Sfu).erase(stream(p, Unit::Sfu).begin() + 3);
    const std::string text = failure(p, {{"x", ramp(15)}});
    check_mentions(text,
                   "layer 'only': core 0: ext 5 (Wait): error: deadlock: "
                   "waits at r5=0 for semaphore 1, which nobody signals");
    check_mentions(text, "sfu 1 (Wait)");
    check_mentions(text,
                   "waits at r5=4 for semaphore 0, signalled by layer 'only': "
                   "core 0: ext 5 (Wait), which stands there");
  }
  SECTION("in a circle") {
    stream(p, Unit::Load) = {Wait{5}, Signal{6}};
    stream(p, Unit::Pe) = {Wait{6}, Signal{5}};
    const std::string text = failure(p, {{"x", ramp(15)}});
    check_mentions(text,
                   "load 0 (Wait): error: deadlock: waits for semaphore "
                   "5, signalled by layer 'only': core 0: pe 0 (Wait)");
  }
  SECTION("after the signaller has ended") {
    stream(p, Unit::Load) = {Signal{5}};
    stream(p, Unit::Pe) = {Wait{5}, Wait{5}};
    check_mentions(failure(p, {{"x", ramp(15)}}),
                   "pe 1 (Wait): error: deadlock: waits for semaphore 5, "
                   "signalled by layer 'only': core 0: load, which has ended");
  }
}

TEST_CASE("cores that do not meet at the external memory are found out") {
  Program p = pipeline(ScalarOp::Neg);
  p.system = tiny_system(2);
  p.layers[0].cores = {slice({{kJ, 8}}), slice({{kJ, 7}}, {{kJ, 8}})};
  SECTION("one has more rounds: its last transfer waits for ever") {
    p.layers[0].cores = {slice({{kJ, 12}}), slice({{kJ, 3}}, {{kJ, 12}})};
    std::get<Nest>(stream(p, Unit::Ext)[1]).loops[0].trips = 0;
    std::get<Nest>(stream(p, Unit::Sfu)[0]).loops[0].trips = 0;
    const std::string text = failure(p, {{"x", ramp(15)}});
    check_mentions(text, "does another transfer");
  }
  SECTION("one never comes") {
    p.layers[0].cores[1].size[kJ] = 0;
    auto& ext = stream(p, Unit::Ext);
    ext = {Nest{{{kJ, 4, 0}}}, ext[3], EndNest{}};
    std::get<Transfer>(ext[1]).when = {};
    stream(p, Unit::Sfu).clear();
    check_mentions(failure(p, {{"x", ramp(15)}}),
                   "waits at r5=0 for the other cores at the external memory");
  }
}

TEST_CASE("without data the cycles are the same, and no inputs are needed") {
  const Program p = pipeline(ScalarOp::Exp);
  const SimResult full = run(p, {{"x", ramp(15)}});
  const SimResult timing = run(p, {}, {SimMode::TimingOnly, 1});
  CHECK(timing.outputs.empty());
  CHECK(timing.cycles == full.cycles);
  CHECK(timing.layers[0].link_bytes == full.layers[0].link_bytes);
  CHECK(timing.layers[0].busy_cycles == full.layers[0].busy_cycles);
  const SimResult numbers_only = run(p, {{"x", ramp(15)}}, {SimMode::NumbersOnly, 1});
  CHECK(numbers_only.outputs == full.outputs);
  CHECK(numbers_only.cycles == 0);
}

TEST_CASE("any number of jobs gives the same result") {
  Program p = pipeline(ScalarOp::Tanh);
  p.system = tiny_system(3);
  p.layers[0].cores = {slice({{kJ, 6}}), slice({{kJ, 5}}, {{kJ, 6}}), slice({{kJ, 4}}, {{kJ, 11}})};
  for (Unit unit : {Unit::Ext, Unit::Sfu})
    for (Instruction& i : stream(p, unit))
      if (Nest* nest = std::get_if<Nest>(&i)) nest->loops[0].trips = 2;
  const SimResult one = run(p, {{"x", ramp(15)}}, {SimMode::Full, 1});
  for (const int jobs : {0, 2, 5}) {
    const SimResult many = run(p, {{"x", ramp(15)}}, {SimMode::Full, jobs});
    CHECK(many.outputs == one.outputs);
    CHECK(many.cycles == one.cycles);
  }
}
