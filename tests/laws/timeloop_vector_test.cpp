// A mapping of VGG's CONV3_2 as loop-nest mappers state it, on `generic-256`, with the words and
// cycles that their published accounting gives. Source: A. Parashar et al., "Timeloop: A Systematic
// Approach to DNN Accelerator Evaluation", ISPASS 2019; the nest, outer to inner:
//   external K4 C4 Q4 P8 | Lx (weights, inputs) P7 K4, spatial C2 Q2 R3 x K16 | LRF (weights, sums)
//   C32 Q7 S3
// with K = out, C = in, P and Q = output rows and columns (i, j), R and S = ki, kj.
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/levels.h"
#include "costmodel/price.h"
#include "costmodel/tile_grid.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// Inputs keep the rows that neighbouring tiles share; outputs bypass Lx.
constexpr const char* kNest = R"(
n: {out: 256, in: 256, i: 56, j: 56, ki: 3, kj: 3}
t: {out: 64, in: 64, i: 7, j: 14, ki: 3, kj: 3}
b: {out: 16, in: 64, j: 14, ki: 3, kj: 3}
p: {rows: [{in: 2}, {j: 2}, {ki: 3}], columns: [{out: 16}]}
loop_order: [T.out, T.in, T.j, T.i, B.i, B.out]
data_structures:
  - role: INP
    transfers:
      - {src: External, dst: Lx, type: block-load, loop: T.i, slide: true}
      - {src: Lx, dst: Pe, type: stream, loop: B.i}
  - role: KER
    transfers:
      - {src: External, dst: Lx, type: block-load, loop: T.in}
      - {src: Lx, dst: Lrf, type: block-load, loop: B.out}
  - role: OUT
    transfers:
      - {src: Lrf, dst: External, type: stream, loop: B.out}
comp_primitives: [Conv]
)";

constexpr int64_t kWeights = 589'824, kInputs = 3'801'088;
constexpr int64_t kSumsIn = 2'408'448, kSumsOut = 3'211'264;
constexpr int64_t kCycles = 9'633'792;

}  // namespace

TEST_CASE("a published nest moves the published words in the published cycles", "[laws]") {
  const System system = shipped("generic-256");
  const PrecisionInfo& fp16 = system.precisions.at("fp16");
  // The image of 58 x 58 that the nest reads has its padding inside.
  const Work work = conv_work({1, 1, 256, 256, 58, 58, square_window(3, 1, 0)});
  const auto dsc = parse_rapid_dsc(kNest, "the nest");
  REQUIRE(dsc);
  for (const Rejection& r : rejections(work, system, fp16, *dsc)) FAIL_CHECK(to_string(r));

  const LoopNest nest = lower(work, system, fp16, *dsc);
  const UnitTimes times(work, system, fp16);
  const TileGrid grid(work, times, *dsc, nest);
  CHECK(grid.total_bytes(0) == kInputs * 2);
  CHECK(grid.total_bytes(1) == kWeights * 2);
  // Unfinished sums have 4 bytes here, each finished output 2.
  const int64_t outputs = kSumsOut - kSumsIn;
  CHECK(outputs == 256 * 56 * 56);
  CHECK(traffic(work, system, fp16, *dsc).past_lx ==
        kSumsIn * kPartialSumBytes + (kSumsIn * kPartialSumBytes + outputs * 2));
  CHECK(price_max_of_levels(work, system, fp16, *dsc).cost.cycles == kCycles);
}
