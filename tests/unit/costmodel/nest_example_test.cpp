// The worked example of costmodel/README.md, B1 to B4, N1, N2, A1 and L1: the convolution that
// compiler/mapping/README.md maps by hand, 64 filters of 3 x 3 over 64 features of 56 x 56 with
// bias and ReLU, on rapid-chip.
#include "compiler/mapping/footprint.h"
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "costmodel/block_nest.h"
#include "costmodel/price.h"
#include "tests/support/catch.h"
#include "tests/support/mapped_network.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

constexpr const char* kMapping = R"yaml(
n: {out: 64, in: 64, i: 56, j: 56, ki: 3, kj: 3}
core_d: {parts: {i: 28}}
t: {out: 64, in: 64, i: 2, j: 28, ki: 3, kj: 3}
b: {out: 64, in: 64, i: 2, j: 7, ki: 3, kj: 3}
p: {rows: [{in: 8}], columns: [{out: 8}], lanes: [{out: 8}], corelets: [{i: 2}]}
loop_order: [T.j, B.j]
data_structures:
  - role: INP
    transfers:
      - {src: External, dst: Lx, type: double-buffer, loop: T.j}
      - {src: Lx, dst: L0, type: double-buffer, loop: B.j}
  - role: KER
    transfers:
      - {src: External, dst: Lx, type: block-load}
      - {src: Lx, dst: Lrf, type: block-load}
  - role: OUT
    transfers:
      - {src: Lx, dst: External, type: double-buffer, loop: T.j}
      - {src: Acc, dst: Lx, type: double-buffer, loop: B.j}
  - role: BIAS
    transfers:
      - {src: External, dst: Lx, type: block-load}
comp_primitives: [Conv, bias, "relu(%0)"]
)yaml";

struct Example {
  System chip = rapid_chip();
  const PrecisionInfo& fp16 = chip.precisions.at("fp16");
  Work work = layer();
  RapidDsc dsc = parse_rapid_dsc(kMapping, "mapping").value();
  UnitTimes times{work, chip, fp16};

  static Work layer() {
    Network net;
    const ScalarExpr relu{{{ScalarOp::Relu, ScalarRef::input(0), {}, {}}}};
    net.output(net.node("conv", Conv{1, {{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}},
                        {net.input("x", {1, 64, 56, 56}), net.constant("w", {64, 64, 3, 3}),
                         net.constant("b", {64})},
                        relu));
    return describe(net.graph).value().front();
  }
  LoopNest nest() const { return lower(work, chip, fp16, dsc); }
  TileShape tile(unsigned fresh) const { return {dsc.t, true, true, fresh}; }
};

constexpr unsigned kAll = ~0u, kWithoutKer = ~2u;

}  // namespace

TEST_CASE("B4: a block brings its lattice, padding and overlap included") {
  const Example e;
  const auto loads = first_block_loads(e.work, e.times, e.nest(), e.tile(kAll));
  CHECK(loads[0] == 8 + 64 * 4 * 9 * 2 / 64);  // 2 + 3 - 1 rows, 7 + 3 - 1 columns
  const auto steps = first_block_steps(e.work, e.times, e.nest(), e.tile(kAll), 1);
  CHECK(steps[0].blocking[1] == 8 + 64 * 64 * 9 * 2 / 64);
  // Every second column of every second: the step of both is 2.
  const AccessAxis strided{9, 1, 0, {{Dim::j, 2}, {Dim::kj, 2}}};
  Extents box = Extents::filled(1);
  box[Dim::j] = 3, box[Dim::kj] = 2;
  CHECK(lattice_step(strided, box) == 2);
  CHECK(axis_points(strided, 2, box) == (2 * 2 + 2 * 1) / 2 + 1);
}

TEST_CASE("B2: a step is the longest of array, drain and loads, after its block-loads") {
  const Example e;
  const auto steps = first_block_steps(e.work, e.times, e.nest(), e.tile(kAll), 4);
  CHECK(steps[0].array == 8 * 7 * 9);
  CHECK(steps[0].beside[0] == 80);      // the second block of INP
  CHECK(steps[0].blocking[1] == 1160);  // KER stays: R8
  CHECK(steps[1].blocking[1] == 0);
  CHECK(steps[3].beside[0] == 0);
}

TEST_CASE("B3: OUT is drained one step later where it is double-buffered") {
  Example e;
  auto steps = first_block_steps(e.work, e.times, e.nest(), e.tile(kAll), 4);
  CHECK(steps[0].drain_sfu == 0);
  CHECK(steps[1].drain_sfu == 8 + 64 * 2 * 7 / 64 * 2);
  CHECK(steps[1].drain_link == 8 + 64 * 2 * 7 * 2 / 64);
  e.dsc.data_structures[2].transfers[1].type = TransferType::Stream;
  steps = first_block_steps(e.work, e.times, e.nest(), e.tile(kAll), 4);
  CHECK(steps[0].drain_sfu == 36);
}

TEST_CASE("B1: a body fills, runs its steps and drains") {
  Example e;
  const int64_t step = 8 * 7 * 9 + 16 + 2 * 2;
  const auto body = [&](unsigned fresh) {
    return block_nest_cost(e.work, e.times, e.nest(), e.tile(fresh)).cost;
  };
  CHECK(body(kAll).cycles == 80 + 1160 + 4 * step + (2 * 2 + 36));
  CHECK(body(kWithoutKer).cycles == 80 + 4 * step + (2 * 2 + 36));
  CHECK(body(kWithoutKer)[CostClass::NonOverlapped] == 80);
  CHECK(body(kWithoutKer)[CostClass::Auxiliary] == 36);
  CHECK(body(kWithoutKer)[CostClass::PipeBubble] == 4 * (16 + 4) + 4);
  e.dsc.data_structures[2].transfers[1].type = TransferType::Stream;
  CHECK(body(kWithoutKer).cycles == 80 + 4 * step);
}

TEST_CASE("N1, N2, A1: the layer") {
  const Example e;
  const int64_t inp = 64 + 4060;                // 28 pieces of 64 x 4 rows of 58 bytes
  const int64_t ker = 64 + 720, bias = 64 + 2;  // one piece each
  const int64_t out = 64 + 1960;                // 28 pieces of 64 x 2 x 28 x 2 bytes
  const int64_t first = 3376, second = 2216;    // bodies, as in B1
  const Price p = price(e.work, e.chip, e.fp16, e.dsc);
  CHECK(first + 2 * 2 < inp);
  CHECK(out < second + 2 * 2);
  CHECK(p.cost.cycles == inp + (ker + bias + inp) + (second + 2 * 2) + out + 200);
  CHECK(p.cost.cycles == 13542);
  CHECK(p.cost[CostClass::MacCompute] == 64 * 64 * 2 * 56 * 9 / 1024);
  CHECK(p.cost[CostClass::ArrayUnderuse] == 0);
  CHECK(p.cost[CostClass::Auxiliary] == 2 * 36);
  CHECK(p.cost[CostClass::OverlappedVisible] == inp - (first + 2 * 2));
  CHECK(p.cost[CostClass::NonOverlapped] == inp + ker + bias + out + 1160 + 2 * 80);
  CHECK(p.cost[CostClass::PipeBubble] == 8 * (16 + 4) + 2 * 4 + 2 * 4 + 200);
  CHECK(p.cost.charged[static_cast<size_t>(Resource::External)] == inp + ker + bias + out + 744);
  CHECK(p.bottleneck == Resource::External);
}

TEST_CASE("L1: no mapping is faster than what must be done") {
  const Example e;
  const int64_t bytes = (64 * 56 * 56 + 64 * 64 * 9 + 64 + 64 * 56 * 56) * 2;
  CHECK(bytes == 876'672);
  CHECK(lower_bound_cycles(e.work, e.chip, e.fp16) == (bytes * 5 + 511) / 512);
  CHECK(lower_bound_cycles(e.work, e.chip, e.fp16) == 8562);
  System fast = e.chip;  // then the multiply-accumulates count
  fast.chip.external.bytes_per_cycle = {1024, 1};
  CHECK(lower_bound_cycles(e.work, fast, e.fp16) == 64 * 64 * 56 * 56 * 9 / (32 * 1024));
}
