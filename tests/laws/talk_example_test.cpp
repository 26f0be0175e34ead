// The example program of the talk that RapidDsc is known from (S. Venkataramani, tinyML Summit
// 2022): two loops, lc2 = 2 around lc1 = 3, and six transfers:
//
//   transfer tOut
//   for lc2 (2):           tKer  stream, external      pKer  block-load, array-in
//     for lc1 (3):         tInp  double-buffered       pInp  stream, array-in
//                          tOut  double-buffered       pOut  stream, array-out
//
// Here lc2 is a loop over `out`, lc1 one over `mb` of a matrix product: 96 x 64 by 64 x 128, in
// tiles of 32 rows and 64 columns, one block each. The numbers are rapid-core's in FP16.
//
//   step          0          1          2          3          4          5
//   external  Inp1 Ker/3 Inp2 Out0 Ker/3 Inp3 Out1 Ker/3 Inp4 Out2  Inp5 Out3   Out4
//   array-in  Ker Inp    Inp        Inp        Ker Inp    Inp        Inp
//   array         mac    mac        mac            mac    mac        mac
//   array-out     Out0   Out1       Out2           Out3   Out4       Out5
//
// before step 0: Inp0 and the first Ker; behind step 5: Out5.
#include "backend/emit/emit.h"
#include "backend/sim/simulate.h"
#include "costmodel/price.h"
#include "tests/support/catch.h"
#include "tests/support/mapped_network.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

constexpr int64_t kRows = 32, kColumns = 64, kReduced = 64, kBytes = 2;

Choice talk_mapping() {
  Choice c;
  c.t = c.b = extents({{Dim::mb, kRows}, {Dim::out, kColumns}, {Dim::in, kReduced}}, 1);
  c.t_order = {Dim::out, Dim::mb};
  c.p = {{{Dim::in, 8}}, {{Dim::out, 8}}, {{Dim::out, 8}}, {}};
  c.outer_of = {{Role::Inp, TransferType::DoubleBuffer},
                {Role::Ker, TransferType::Stream},
                {Role::Out, TransferType::DoubleBuffer}};
  c.inner_of = {{Role::Inp, TransferType::Stream},
                {Role::Ker, TransferType::BlockLoad},
                {Role::Out, TransferType::Stream}};
  c.near = {{Role::Ker, Place::Lrf}};
  return c;
}

// [C1], [C2] on rapid-core.
int64_t array_link(int64_t bytes) { return 8 + ceil_div(bytes, 64); }
int64_t external(const System& s, int64_t bytes) {
  return s.chip.external.latency_cycles + hold_cycles(bytes, s.chip.external_bytes_per_cycle());
}

}  // namespace

TEST_CASE("the talk's example: every cycle has a name, in model and simulator") {
  const System core = shipped("rapid-core");
  Network net(1);
  const ValueId x = net.input("x", {1, 3 * kRows, kReduced});
  const ValueId w = net.constant("w", {1, kReduced, 2 * kColumns});
  net.output(net.node("matmul", MatMul{}, {x, w}));
  const Plan plan = plan_of(net.graph, "fp16", talk_mapping());
  const Work work = describe(net.graph).value().front();
  const PrecisionInfo& fp16 = core.precisions.at("fp16");

  const int64_t inp = external(core, kRows * kReduced * kBytes);
  const int64_t out = external(core, kRows * kColumns * kBytes);
  const int64_t ker = external(core, kReduced * kColumns * kBytes);
  const int64_t ker_part = external(core, ceil_div(kReduced * kColumns * kBytes, 3));
  const int64_t mac = 16 + kReduced / 8 * kRows;
  const int64_t p_inp = array_link(kRows * kReduced * kBytes), p_out = p_inp;
  const int64_t p_ker = array_link(kReduced * kColumns * kBytes);
  const int64_t sigma = core.core.semaphore_cycles;

  int64_t total = inp + ker;
  for (int step = 0; step < 6; ++step) {
    const bool new_ker = step % 3 == 0;
    const int64_t body =
        (new_ker ? p_ker : 0) + std::max({p_inp, 2 * sigma + mac, 3 * sigma + p_out}) + 2 * sigma;
    const int64_t beside = (step < 5 ? inp : 0) + (step > 0 ? out : 0) + (step < 3 ? ker_part : 0);
    total += std::max(body, beside);
  }
  total += out + core.chip.layer_cycles;

  const Price price = tilewright::price(work, core, fp16, plan.layers[0].dsc);
  CHECK(price.cost.cycles == total);
  CHECK(price.cost[CostClass::MacCompute] == 6 * kReduced / 8 * kRows / 2);     // of both corelets
  CHECK(price.cost[CostClass::ArrayUnderuse] == 6 * kReduced / 8 * kRows / 2);  // one stands idle
  CHECK(price.cost[CostClass::NonOverlapped] == inp + ker + out + 2 * p_ker);

  const auto program = emit(net.graph, core, "fp16", plan);
  REQUIRE(program);
  const auto run = simulate(*program, {}, {.mode = SimMode::TimingOnly});
  REQUIRE(run);
  CHECK(run->layers[0].cycles == total);
  CHECK(run->layers[0].link_bytes == link_bytes(work, core, fp16, plan.layers[0].dsc));
  CHECK(run_and_compare(net.graph, core, plan, 2e-2, 1) == "");
}
