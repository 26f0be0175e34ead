// A product on a systolic array takes whole folds: a stationary operand shifts in through R rows,
// the others stream through, and the array fills and drains in R + C - 2 cycles. Source: A.
// Samajdar et al., "SCALE-Sim: Systolic CNN Accelerator Simulator", 2018; that tool reports one
// cycle less than each sum (11,199, 10,175 and 14,207).
#include "compiler/mapping/compose.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/block_nest.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

constexpr int64_t kRows = 32, kColumns = 32;     // R, C
constexpr int64_t kM = 256, kN = 128, kK = 256;  // mb, out, in
constexpr int64_t kFill = kRows + kColumns - 2;

System infinite_bandwidth() {
  System s = shipped("tpu-32");
  const Link infinite{{int64_t{1} << 40, 1}, 0};
  s.core.array_in = s.core.array_out = s.chip.external = infinite;
  s.core.semaphore_cycles = 0;
  return s;
}

// Everything in Lx; blocks of so much of mb, out and in.
MappingChoice choice_of(const Work& work, int64_t mb, int64_t out, int64_t in) {
  MappingChoice c;
  c.t = c.b = work.extent;
  c.b[Dim::mb] = mb;
  c.b[Dim::out] = out;
  c.b[Dim::in] = in;
  c.b_order = {Dim::mb, Dim::out, Dim::in};
  c.types.assign(3, {TransferType::BlockLoad, TransferType::Stream});
  c.inner = {Place::Pe, Place::Pe, Place::Acc};
  return c;
}

int64_t cycles_of(const MappingChoice& choice) {
  const System system = infinite_bandwidth();
  const PrecisionInfo& fp16 = system.precisions.at("fp16");
  const Work work = matmul_work(1, kM, kK, kN);
  const RapidDsc dsc = compose(work, choice);
  for (const Rejection& r : rejections(work, system, fp16, dsc)) FAIL_CHECK(to_string(r));
  const UnitTimes times(work, system, fp16);
  return block_nest_cost(work, times, lower(work, system, fp16, dsc), {work.extent}).cost.cycles;
}

}  // namespace

TEST_CASE("weight stationary: each fold takes 2R + C + M - 2", "[laws]") {
  MappingChoice c = choice_of(matmul_work(1, kM, kK, kN), kM, kColumns, kRows);
  c.p.rows = {{Dim::in, kRows}};
  c.p.columns = {{Dim::out, kColumns}};
  c.inner[1] = Place::Lrf;
  c.types[1][1] = TransferType::BlockLoad;
  CHECK(cycles_of(c) == (kK / kRows) * (kN / kColumns) * (kRows + kFill + kM));
  CHECK(cycles_of(c) == 32 * (2 * 32 + 32 + 256 - 2));
}

TEST_CASE("output stationary: each fold takes K + R + C - 2", "[laws]") {
  MappingChoice c = choice_of(matmul_work(1, kM, kK, kN), kRows, kColumns, kK);
  c.p.rows = {{Dim::mb, kRows}};
  c.p.columns = {{Dim::out, kColumns}};
  c.inner[2] = Place::Lrf;
  CHECK(cycles_of(c) == (kM / kRows) * (kN / kColumns) * (kK + kFill));
  CHECK(cycles_of(c) == 32 * (256 + 32 + 32 - 2));
}

TEST_CASE("input stationary: each fold takes 2R + C + N - 2", "[laws]") {
  MappingChoice c = choice_of(matmul_work(1, kM, kK, kN), kColumns, kN, kRows);
  c.p.rows = {{Dim::in, kRows}};
  c.p.columns = {{Dim::mb, kColumns}};
  c.inner[0] = Place::Lrf;
  c.types[0][1] = TransferType::BlockLoad;
  CHECK(cycles_of(c) == (kK / kRows) * (kM / kColumns) * (kRows + kFill + kN));
  CHECK(cycles_of(c) == 64 * (2 * 32 + 32 + 128 - 2));
}
