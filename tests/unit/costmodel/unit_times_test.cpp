// The worked examples of costmodel/README.md, C1 to C8.
#include "costmodel/unit_times.h"

#include "compiler/mapping/compose.h"
#include "compiler/mapping/footprint.h"
#include "costmodel/block_nest.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/systems.h"

using namespace tilewright;

namespace {

Work relu_conv(bool bias) {
  Work work;
  work.kind = WorkKind::Array;
  work.expr.steps = {{ScalarOp::Relu, ScalarRef::input(0), {}, {}}};
  work.operands = {{Role::Inp, 0, {}, 0}, {Role::Ker, 1, {}, 0}, {Role::Out, 2, {}, 0}};
  if (bias) work.operands.push_back({Role::Bias, 3, {}, 0});
  return work;
}

}  // namespace

TEST_CASE("C1: a link takes its latency and the ceiling of bytes over bandwidth") {
  const Link link{{64, 1}, 8};
  CHECK(UnitTimes::link(link, 4096) == 8 + 64);
  CHECK(UnitTimes::link(link, 4097) == 8 + 65);
  CHECK(UnitTimes::link(link, 0) == 0);
}

TEST_CASE("C2: pieces share the external memory") {
  const System chip = test::rapid_chip();
  const UnitTimes times(relu_conv(false), chip, chip.precisions.at("fp16"));
  CHECK(times.external(1000, 8, false) == 64 + 79);  // 8,000 bytes over 512/5 bytes per cycle
  CHECK(times.external(512, 1, false) == 64 + 5);
  CHECK(times.external(0, 32, false) == 0);
}

TEST_CASE("C2: the ring adds its hops, and holds the slot where it is narrower") {
  System chip = test::rapid_chip();
  chip.chip.memory_stops = {0};
  chip.chip.turnaround_cycles = 20;
  const UnitTimes times(relu_conv(false), chip, chip.precisions.at("fp16"));
  // 32 cores, one piece each: 16 of them upwards; the farthest core is 16 links away.
  CHECK(times.external(1024, 32, false, {16, 16}) == 64 + 16 * 8 + 320);  // memory: 32,768 / 102.4
  CHECK(times.external(1024, 32, true, {16, 16}) == 64 + 16 * 8 + 20 + 320);
  CHECK(times.external(1024, 1, false, {1, 16}) == 64 + 16 * 8 + 10);  // a multicast
  chip.chip.ring.bytes_per_cycle = {32, 1};
  const UnitTimes narrow(relu_conv(false), chip, chip.precisions.at("fp16"));
  CHECK(narrow.external(1024, 32, false, {16, 16}) == 64 + 16 * 8 + 16 * 1024 / 32);
}

TEST_CASE("C3: the array takes the product of ceilings") {
  const System chip = test::rapid_chip();
  const UnitTimes times(relu_conv(false), chip, chip.precisions.at("fp16"));
  Extents block = Extents::filled(1), unroll = Extents::filled(1);
  block[Dim::out] = 100, block[Dim::in] = 20, block[Dim::j] = 5;
  unroll[Dim::out] = 64, unroll[Dim::in] = 8;
  CHECK(times.fill + times.array_busy(block, unroll) == 16 + 2 * 3 * 5);
  const UnitTimes fp32(relu_conv(false), chip, chip.precisions.at("fp32"));
  CHECK(fp32.array_busy(block, unroll) == 4 * 2 * 3 * 5);
  const UnitTimes int4(relu_conv(false), chip, chip.precisions.at("int4"));
  CHECK(int4.array_busy(block, unroll) == 4);  // 30 / 8
}

TEST_CASE("R10: elements are packed run by run") {
  CHECK(packed_bytes(9, 4) == 5);
  CHECK(3 * packed_bytes(3, 4) == 3 * 2);
}

TEST_CASE("C4: the SFU works on a drain only where it has something to do") {
  const System chip = test::rapid_chip();
  const UnitTimes times(relu_conv(true), chip, chip.precisions.at("fp16"));
  CHECK(times.drain_sfu(130, true, false) == 0);
  CHECK(times.drain_sfu(130, false, false) == 8 + 3 * 1);  // adds to partial sums
  CHECK(times.drain_sfu(130, true, true) == 8 + 3 * 2);    // bias, relu
  CHECK(times.drain_sfu(130, false, true) == 8 + 3 * 3);
  CHECK(times.drain_sfu(0, false, true) == 0);
}

TEST_CASE("C5: element-wise work takes vectors times functions") {
  const System chip = test::rapid_chip();
  Work work = relu_conv(false);
  work.kind = WorkKind::Sfu;
  work.expr.steps = {{ScalarOp::Exp, ScalarRef::input(0), {}, {}},
                     {ScalarOp::Add, ScalarRef::step(0), ScalarRef::constant(1), {}}};
  work.combine = Combine::Add;
  const UnitTimes times(work, chip, chip.precisions.at("fp16"));
  CHECK(times.elementwise(65) == 2 * (4 + 1 + 1));
  work.expr.steps.clear();
  work.combine = Combine::Assign;
  CHECK(UnitTimes(work, chip, chip.precisions.at("fp16")).elementwise(64) == 1);
}

TEST_CASE("C6: loads into the LRFs shift in") {
  const System tpu = test::shipped("tpu-32");
  const Work work = test::matmul_work(1, 1, 32, 32);
  MappingChoice c;
  c.t = c.b = work.extent;
  c.p = {{{Dim::in, 32}}, {{Dim::out, 32}}, {}, {}};
  c.types = {{TransferType::BlockLoad, TransferType::Stream},
             {TransferType::BlockLoad, TransferType::BlockLoad},
             {TransferType::BlockLoad, TransferType::Stream}};
  c.inner = {Place::Pe, Place::Lrf, Place::Acc};
  const auto load_on = [&](const System& system) {
    const PrecisionInfo& fp16 = system.precisions.at("fp16");
    const LoopNest nest = lower(work, system, fp16, compose(work, c));
    const UnitTimes times(work, system, fp16);
    return first_block_steps(work, times, nest, {work.extent}, 1).front().blocking[1];
  };
  CHECK(load_on(tpu) == 32);
  System slow = tpu;  // its link takes longer than the shift
  slow.core.array_in.bytes_per_cycle = {16, 1};
  CHECK(load_on(slow) == 4 + 32 * 32 * 2 / 16);
}

TEST_CASE("C8: past Lx a core has its share of external memory") {
  System chip = test::rapid_chip();
  chip.chip.turnaround_cycles = 20;
  const UnitTimes times(relu_conv(false), chip, chip.precisions.at("fp16"));
  CHECK(times.past_lx(1000, 8, false) == 64 + 79);
  CHECK(times.past_lx(1000, 8, true) == 64 + 20 + 79);
  CHECK(times.past_lx(0, 8, true) == 0);
}

TEST_CASE("C7: what streams into the PEs comes with each of the array's steps") {
  const Work work = test::matmul_work(1, 5, 4, 10);  // 5 columns, 4 features, 10 outputs
  Extents unroll = Extents::filled(1);
  unroll[Dim::out] = 3, unroll[Dim::in] = 2;
  CHECK(elems_in_steps(work.operand(Role::Inp), unroll, work.extent) == 4 * 5 * 4);
  CHECK(elems_in_steps(work.operand(Role::Ker), unroll, work.extent) == 5 * 4 * 10);
  // Neighbours of a window share rows: 4 output rows, 2 at once, of 3 kernel rows: 2 steps of 4.
  const Work conv = test::conv_work({1, 1, 1, 1, 4, 1, {{3, 1}, {1, 1}, {1, 1}, {1, 0}, {1, 0}}});
  Extents rows = Extents::filled(1);
  rows[Dim::i] = 2, rows[Dim::ki] = 3;
  CHECK(elems_in_steps(conv.operand(Role::Inp), rows, conv.extent) == 2 * 4);
}
