// What a run can do wrong, and the diagnostic it gets.
#include <cmath>
#include <cstring>

#include "tests/support/catch.h"
#include "tests/unit/backend/sim_support.h"

using namespace tilewright;
using namespace tilewright::sim_test;

namespace {

Program copy_four() {
  Program p = program_on({slice({{kOut, 4}})});
  p.inputs = {{"x", {4}, 0}};
  p.outputs = {{"y", {4}, 1024}};
  stream(p, Unit::Ext) = {load(external(0, 4), lx(64, 4), {along(kOut)}),
                          store(external(1024, 4), lx(64, 4), {along(kOut)})};
  return p;
}
const std::map<std::string, Tensor> kFour = {{"x", numbers({1, 2, 3, 4})}};

Transfer& transfer(Program& p, size_t index) {
  return std::get<Transfer>(stream(p, Unit::Ext)[index]);
}

}  // namespace

TEST_CASE("inputs are checked by name, shape and size") {
  const Program p = copy_four();
  CHECK(failure(p, {}) == "input 'x': error: is missing; its shape is [4]\n");
  CHECK(failure(p, {{"x", numbers({1, 2, 3})}}) ==
        "input 'x': error: has shape [3], but the program was compiled for [4]\n");
  CHECK(failure(p, {{"x", float_tensor({4}, {1, 2})}}) ==
        "input 'x': error: has 2 elements for shape [4]\n");
  CHECK(failure(p, {{"x", kFour.at("x")}, {"z", numbers({1})}}) ==
        "input 'z': error: is given, but the program has no such input\n");
  CHECK(run(p, {{"x", int_tensor({4}, {1, 2, 3, 4})}}).outputs.at("y") == kFour.at("x"));
}

TEST_CASE("external memory that nothing has written") {
  Program p = copy_four();
  transfer(p, 0).outer.base = 8;  // x[2], x[3], and two elements behind it
  CHECK(
      failure(p, kFour) ==
      "layer 'only': core 0: ext 0 (Transfer): error: reads external memory byte 16 (element 2 of "
      "4 of copy 0 of the buffer at 8), which nothing has written, at the first position of every "
      "loop\n  hint: a transfer is missing, or a semaphore that makes the reader wait for it\n");
}

TEST_CASE("Lx that nothing has written in this layer") {
  Program p = copy_four();
  p.layers.push_back(p.layers[0]);
  auto& second = p.layers[1].streams[0];
  second.erase(second.begin());  // the data of the first layer is gone
  check_mentions(failure(p, kFour), "ext 0 (Transfer): error: reads Lx byte 64 (element 0 of 4");
}

TEST_CASE("an output that nothing has written") {
  Program p = copy_four();
  transfer(p, 1).axes[0].count.terms.clear();  // one element only
  CHECK(failure(p, kFour) == "output 'y': error: element 1 of 4 was never written\n");
}

TEST_CASE("addresses outside of buffer and memory") {
  Program p = copy_four();
  SECTION("of Lx") {
    transfer(p, 0).inner.buffer_elems = 3;
    check_mentions(failure(p, kFour),
                   "touches Lx byte 76 (element 3 of 3 of copy 0 of the buffer at 64), outside "
                   "of its buffer");
  }
  SECTION("below the buffer") {
    transfer(p, 0).axes[0].inner.offset = -1;
    check_mentions(failure(p, kFour), "touches Lx byte 60 (element -1 of 4");
  }
  SECTION("of the external memory") {
    transfer(p, 1).axes[0].outer.offset = 1000;
    check_mentions(failure(p, kFour),
                   "ext 1 (Transfer): error: touches external memory byte "
                   "5036 (element 1003 of 4 of copy 0 of the buffer at "
                   "1024), outside of the memory in use");
  }
  SECTION("a buffer beyond its memory") {
    transfer(p, 0).inner.base = 4096 - 12;
    check_mentions(failure(p, kFour),
                   "layer 'only': ext 0 (Transfer): error: 1 buffers of 4 "
                   "elements of 4 bytes from byte 4084 end beyond the 4096 "
                   "bytes of Lx");
  }
}

TEST_CASE("a race shows as data that is not there yet") {
  Program p = copy_four();
  Elementwise e;
  e.expr = unary(ScalarOp::Neg);
  e.inputs = {operand(lx(64, 4), {{kOut, 1}})};
  e.out = operand(lx(128, 4), {{kOut, 1}});
  stream(p, Unit::Sfu) = {e};
  auto& ext = stream(p, Unit::Ext);
  ext.insert(ext.begin(), load(external(0, 4), lx(256, 4), {along(kOut)}));
  check_mentions(failure(p, kFour), "core 0: sfu 0 (Elementwise): error: reads Lx byte 64");
}

TEST_CASE("arrays and drains report what they miss") {
  Program p = copy_four();
  Mac mac;
  mac.inp = view(l0(0, 4), {{kOut, 1}});
  mac.ker = view(lrf(0, 4), {{kOut, 1}});
  mac.acc = view(acc(0, 4), {{kOut, 1}});
  mac.unroll.fill(1);
  Drain drain;
  drain.acc = mac.acc;
  drain.out = view(lx(512, 4), {{kOut, 1}});
  drain.dims = 1 << kOut;
  const Transfer inp = load(lx(64, 4), l0(0, 4), {along(kBlock + kOut)});
  const Transfer ker = load(lx(64, 4), lrf(0, 4), {along(kBlock + kOut)});
  stream(p, Unit::Ext).insert(stream(p, Unit::Ext).begin() + 1, Signal{0});
  SECTION("inp") {
    stream(p, Unit::Pe) = {mac};
    check_mentions(failure(p, kFour), "pe 0 (Mac): error: reads L0 cell 0 (element 0 of 4");
  }
  SECTION("ker") {
    stream(p, Unit::Load) = {Wait{0}, inp, Signal{1}};
    stream(p, Unit::Pe) = {Wait{1}, mac};
    check_mentions(failure(p, kFour), "pe 1 (Mac): error: reads LRF cell 0");
  }
  SECTION("accumulators that are not cleared") {
    stream(p, Unit::Load) = {Wait{0}, inp, ker, Signal{1}};
    const Nest blocks{{{kBlock + kOut, 2, 0}}};
    mac.when = {At::Current, Trigger::Always, 0};
    mac.inp.stride = mac.ker.stride = {};
    stream(p, Unit::Pe) = {Wait{1}, blocks, mac, EndNest{}};
    // The first block clears elements 0 and 1; the second, entered without clearing, is the same.
    CHECK_NOTHROW(run(p, kFour));
    std::get<Mac>(stream(p, Unit::Pe)[2]).acc.buffer =
        copies(acc(0, 4), 2, RegisterMask{1} << (kBlock + kOut));
    check_mentions(failure(p, kFour),
                   "pe 2 (Mac): error: reads accumulator cell 4 (element 0 of 4 of copy 1");
    check_mentions(failure(p, kFour), ", at r10=2");
  }
  SECTION("a drain too early") {
    stream(p, Unit::Sfu) = {drain};
    check_mentions(failure(p, kFour), "sfu 0 (Drain): error: reads accumulator cell 0");
  }
}

TEST_CASE("no number looks like poison") {
  Program p = copy_four();
  float ones;
  const uint32_t bits = 0xffffffffu;
  std::memcpy(&ones, &bits, sizeof ones);
  const SimResult fp32 = run(p, {{"x", numbers({ones, -ones, INFINITY, -INFINITY})}});
  CHECK(std::isnan(fp32.outputs.at("y").floats[0]));
  CHECK(fp32.outputs.at("y").floats[3] == -INFINITY);
  p.inputs.clear();
  p.constants = {{0, std::string(8, '\xff') + std::string(8, '\0')}};
  const SimResult constant = run(p, {});
  CHECK(std::isnan(constant.outputs.at("y").floats[1]));
  CHECK(constant.outputs.at("y").floats[2] == 0);
}

TEST_CASE("what verify() would refuse is refused, not executed") {
  Program p = copy_four();
  SECTION("an unknown precision") {
    p.precision = "int3";
    check_mentions(failure(p, kFour), "there is no precision 'int3'");
  }
  SECTION("no bandwidth") {
    p.system.core.array_in.bytes_per_cycle = {0, 1};
    check_mentions(failure(p, kFour), "a bandwidth is not positive");
  }
  SECTION("an open nest") {
    stream(p, Unit::Pe) = {Nest{}};
    check_mentions(failure(p, kFour), "layer 'only': pe: error: 1 nests are never closed");
  }
  SECTION("a nest that closes nothing") {
    stream(p, Unit::Pe) = {EndNest{}};
    check_mentions(failure(p, kFour), "pe 0 (EndNest): error: closes a nest");
  }
  SECTION("the wrong unit") {
    stream(p, Unit::Sfu) = {stream(p, Unit::Ext)[0]};
    check_mentions(failure(p, kFour), "sfu 0 (Transfer): error: a transfer that this unit");
  }
  SECTION("first without a nest") {
    transfer(p, 0).when.at = At::First;
    check_mentions(failure(p, kFour), "but none follows here");
  }
  SECTION("a semaphore that is not there") {
    stream(p, Unit::Sfu) = {Signal{8}};
    check_mentions(failure(p, kFour), "sfu 0 (Signal): error: semaphore 8 of 8");
  }
  SECTION("narrow cells in an FP32 program") {
    transfer(p, 0).inner.cell_bytes = 2;
    check_mentions(failure(p, kFour), "cells of 2 bytes in Lx");
  }
  SECTION("no cores") {
    p.layers[0].cores.clear();
    check_mentions(failure(p, kFour), "layer 'only': error: no core works on it");
  }
}

TEST_CASE("absurd lengths end in a diagnostic") {
  Program p = program_on({slice({{kOut, int64_t{1} << 40}, {kIn, int64_t{1} << 20}})});
  p.system.core.sfu.latency_cycles = 0;
  Elementwise e;
  e.expr = unary(ScalarOp::Neg);
  e.inputs = {operand(lx(0, 4), {})};
  e.out = operand(lx(64, 4), {});
  stream(p, Unit::Sfu) = {Nest{{{kIn, 1, 0}}}, e, EndNest{}};
  p.system.core.sfu.simple_cycles = int64_t{1} << 30;
  const Result<SimResult> result = simulate(p, {}, {SimMode::TimingOnly, 1});
  REQUIRE_FALSE(result);
  check_mentions(to_string(result.error()), "the layer goes on after");
}
