// Two buffers hide a transfer behind work, one does not. With a loop of n tiles, each of which
// loads for l cycles, works for c and stores for o (derived: a pipeline of two stages):
//
//   one buffer    n (l + c + o)
//   two buffers   l + sum over k of max(c, [k < n - 1] l + [k > 0] o) + o
//                 so between max(n c, n (l + o)) and n (l + c + o)
//
// The loop here is over the groups of a matrix product, which moves all three operands; the numbers
// are written out from the unit times of costmodel/README.md.
#include "backend/emit/emit.h"
#include "backend/sim/simulate.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "tests/laws/random_case.h"
#include "tests/support/catch.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

constexpr int64_t kTiles = 6, kRows = 64, kReduced = 32, kColumns = 8, kBytes = 2;

// One core of 2 x 4 x 4 x 2 multipliers, semaphores and links with latency.
System one_core(int64_t external_bytes_per_cycle) {
  System system = small_system(1);
  system.chip.external = {{external_bytes_per_cycle, 1}, 40};
  system.chip.external_efficiency = {1, 1};
  system.chip.turnaround_cycles = 10;
  return system;
}

// One tile per group, one block per tile.
Choice group_by_group(TransferType at_external) {
  Choice c;
  c.t = c.b = extents({{Dim::grp, 1}}, INT64_MAX);
  c.p = {{{Dim::in, 4}}, {{Dim::out, 4}}, {{Dim::out, 2}}, {{Dim::mb, 2}}};
  c.outer = at_external;
  return c;
}

struct Measured {
  int64_t modelled = 0, simulated = 0;
};
Measured measured(const System& system, TransferType at_external) {
  Network net(1);
  const ValueId x = net.input("x", {kTiles, kRows, kReduced});
  const ValueId w = net.constant("w", {kTiles, kReduced, kColumns});
  net.output(net.node("matmul", MatMul{}, {x, w}));
  const Plan plan = plan_of(net.graph, "fp16", group_by_group(at_external));
  const Work work = describe(net.graph).value().front();
  const PrecisionInfo& fp16 = system.precisions.at("fp16");
  REQUIRE_FALSE(first_rejection(work, system, fp16, plan.layers[0].dsc));
  const auto program = emit(net.graph, system, "fp16", plan);
  REQUIRE(program);
  const auto run = simulate(*program, {}, {.mode = SimMode::TimingOnly});
  REQUIRE(run);
  return {price(work, system, fp16, plan.layers[0].dsc).cost.cycles, run->layers[0].cycles};
}

}  // namespace

TEST_CASE("one buffer: the sum; two: between the larger part and the sum", "[laws]") {
  bool load_bound = false, work_bound = false;
  for (int64_t bandwidth : {1, 4, 12, 20, 30, 33, 36, 64, 1000}) {
    const System s = one_core(bandwidth);
    const auto slot = [&](int64_t bytes) { return 40 + ceil_div(bytes, bandwidth); };
    const auto array_link = [](int64_t bytes) { return 3 + ceil_div(bytes, 16); };
    const int64_t inp = kRows * kReduced * kBytes, ker = kReduced * kColumns * kBytes,
                  out = kRows * kColumns * kBytes;
    const int64_t load = slot(inp) + slot(ker), store = slot(out) + 10;
    const int64_t mac = 8 + (kReduced / 4) * (kColumns / 8) * (kRows / 2), semaphore = 2;
    const int64_t block = std::max(
        {mac + 2 * semaphore, array_link(inp) + array_link(ker), 3 * semaphore + array_link(out)});
    const int64_t work = block + 2 * semaphore;

    const int64_t sum = kTiles * (load + work + store);
    const Measured one = measured(s, TransferType::BlockLoad);
    CHECK(one.modelled == sum + s.chip.layer_cycles);
    CHECK(one.simulated == one.modelled);

    int64_t pipeline = load + store;
    for (int64_t k = 0; k < kTiles; ++k)
      pipeline += std::max(work, (k < kTiles - 1 ? load : 0) + (k > 0 ? store : 0));
    const Measured two = measured(s, TransferType::DoubleBuffer);
    CHECK(two.modelled == pipeline + s.chip.layer_cycles);
    CHECK(two.simulated == two.modelled);
    CHECK(two.modelled - s.chip.layer_cycles >= std::max(kTiles * work, kTiles * (load + store)));
    CHECK(two.modelled - s.chip.layer_cycles < sum);
    load_bound |= pipeline == kTiles * (load + store);
    work_bound |= pipeline == kTiles * work + load + store;
  }
  CHECK(load_bound);
  CHECK(work_bound);
}

// With l, c, L what a step loads, works and moves besides: max(c, L + l) <= max(c, L) + l.
TEST_CASE("a second buffer never costs cycles", "[laws]") {
  int tried = 0, faster = 0;
  for_random_layers(1500, [&](const LayerCase& c) {
    if (c.work.kind == WorkKind::Move) return;
    for (size_t o = 0; o < c.dsc.data_structures.size(); ++o)
      for (size_t hop = 0; hop < c.dsc.data_structures[o].transfers.size(); ++hop) {
        RapidDsc one = c.dsc, two = c.dsc;
        one.data_structures[o].transfers[hop].type = TransferType::BlockLoad;
        two.data_structures[o].transfers[hop].type = TransferType::DoubleBuffer;
        if (first_rejection(c.work, c.system, c.precision, one) ||
            first_rejection(c.work, c.system, c.precision, two))
          continue;
        const int64_t slow = price(c.work, c.system, c.precision, one).cost.cycles;
        const int64_t fast = price(c.work, c.system, c.precision, two).cost.cycles;
        INFO("operand " << o << ", hop " << hop);
        CHECK(fast <= slow);
        ++tried;
        faster += fast < slow ? 1 : 0;
      }
  });
  if (std::getenv("LAWS_SEED") != nullptr) return;
  CHECK(tried > 2000);
  CHECK(faster > tried / 4);
}
