// Programs that ask for more than a host has: refused, or run in bounded memory and time.
#include <cstring>

#include "backend/sim/mac_kernel.h"
#include "backend/sim/plan.h"
#include "tests/support/catch.h"
#include "tests/unit/backend/sim_support.h"

using namespace tilewright;
using namespace tilewright::sim_test;

namespace {

// y = -x over 3 x 5 points, tile by tile along j.
Program negation() {
  Program p = program_on({slice({{kI, 3}, {kJ, 5}})});
  p.inputs = {{"x", {15}, 0}};
  p.outputs = {{"y", {15}, 1024}};
  const Buffer x = lx(0, 15), y = lx(512, 15);
  Elementwise e;
  e.expr = unary(ScalarOp::Neg);
  e.inputs = {operand(x, {{kI, 5}, {kJ, 1}})};
  e.out = operand(y, {{kI, 5}, {kJ, 1}});
  stream(p, Unit::Ext) = {load(external(0, 15), x, {along(kI, 5, 5), along(kJ)}), Signal{0},
                          Wait{1}, store(external(1024, 15), y, {along(kI, 5, 5), along(kJ)})};
  stream(p, Unit::Sfu) = {Wait{0}, e, Signal{1}};
  return p;
}

std::string refusal(const Program& p, const SimLimits& limits, SimMode mode = SimMode::Full) {
  const Result<SimResult> result =
      simulate(p, {{"x", numbers(std::vector<float>(15, 1))}}, {mode, 1, limits});
  return result ? "" : to_string(result.error());
}

}  // namespace

TEST_CASE("limits are met exactly, and one more is refused") {
  const Program p = negation();
  const int64_t executed = 4 + 3, points = 3 * 15;
  SimLimits limits;
  SECTION("instructions") {
    limits.instructions = executed;
    CHECK(refusal(p, limits).empty());
    limits.instructions = executed - 1;
    check_mentions(refusal(p, limits), "the layer goes on after");
  }
  SECTION("points, of a transfer in, an expression of one function, and a transfer out") {
    limits.points = points;
    CHECK(refusal(p, limits).empty());
    limits.points = points - 1;
    check_mentions(refusal(p, limits), "the layer touches more than 44 points");
    CHECK(refusal(p, limits, SimMode::TimingOnly).empty());
  }
  SECTION("bytes") {
    limits.bytes = p.external_bytes;
    CHECK(refusal(p, limits).empty());
    limits.bytes = p.external_bytes - 1;
    check_mentions(refusal(p, limits), "uses 4096 bytes of external memory");
    CHECK(refusal(p, limits, SimMode::TimingOnly).empty());
  }
}

TEST_CASE("signals that nobody waits for do not pile up without end") {
  Program p = program_on({slice({})});
  stream(p, Unit::Pe) = {Nest{{{kJ, 1, int64_t{1} << 40}}}, Signal{0}, EndNest{}};
  check_mentions(refusal(p, {}, SimMode::TimingOnly),
                 "more than 16777216 signals of the layer are not waited for");
}

// Two operands of one element each, read 2^25 times: as matrices they would fill the memory.
TEST_CASE("a block that reads one element over and over is not copied out") {
  constexpr int64_t kRows = 1 << 12, kSums = 1 << 13;
  const float inp = 3, ker = 2;
  std::vector<float> sums(kRows, 1.0f);
  sim::MacJob job;
  job.extent = {kRows, 1, 1, kSums, 1, 1, 1, 1};
  job.inp = &inp;
  job.ker = &ker;
  job.acc = sums.data();
  job.acc_stride[kMb] = 1;
  sim::MacKernel kernel;
  CHECK(kernel.run(job) == sim::MacTrouble::None);
  CHECK(sums == std::vector<float>(kRows, 1.0f + kSums * (3 * 2)));

  SECTION("poison is found all the same") {
    std::memset(&sums[kRows - 1], 0xff, sizeof(float));
    CHECK(kernel.run(job) == sim::MacTrouble::Acc);
  }
}

TEST_CASE("transfers of one multicast mask share what is known of the cores") {
  std::vector<CoreSlice> slices;
  for (int64_t c = 0; c < 4096; ++c) slices.push_back(slice({}, {{kMb, c / 2}, {kOut, c % 2}}));
  Program p = program_on(slices);
  Transfer fetch = load(external(0, 1), lx(0, 1), {});
  std::vector<Instruction>& ext = stream(p, Unit::Ext);
  for (int n = 0; n < 2000; ++n) {
    fetch.multicast = n % 2 == 0 ? 0 : 1 << kOut;
    ext.push_back(fetch);
  }
  const Result<sim::LayerPlan> plan = sim::plan_layer(p, p.layers[0]);
  REQUIRE(plan);
  const auto& planned = plan->streams[static_cast<size_t>(Unit::Ext)].instructions;
  CHECK(planned[0].share == planned[1998].share);
  CHECK(planned[1].share == planned[1999].share);
  CHECK(planned[0].share->group[4095] == 4095);
  CHECK(planned[0].share->group_size[4095] == 1);
  CHECK(planned[1].share->group[4095] == 4094);
  CHECK(planned[1].share->group_size[4095] == 2);
}

TEST_CASE("many instructions may look at one distant nest") {
  constexpr int kMany = 1 << 18;
  Program p = program_on({slice({})});
  const Transfer fetch = load(external(0, 1), lx(0, 1), {});
  std::vector<Instruction>& ext = stream(p, Unit::Ext);
  ext.assign(kMany, at(fetch, At::First));
  ext.insert(ext.end(), {Nest{{{kJ, 1, 2}}}, Nest{{{kOut, 1, 2}}}, EndNest{}, EndNest{}});
  ext.insert(ext.end(), kMany, at(fetch, At::Last));
  const Result<sim::LayerPlan> plan = sim::plan_layer(p, p.layers[0]);
  REQUIRE(plan);
  const auto& planned = plan->streams[static_cast<size_t>(Unit::Ext)].instructions;
  CHECK(planned.front().nest == 0);
  CHECK(planned.back().nest == 0);
}
