#include "compiler/mapping/rejection.h"
#include "tests/support/catch.h"

using namespace tilewright;

namespace {

using Code = RejectionCode;
constexpr auto kNone = std::nullopt;

}  // namespace

TEST_CASE("each kind of rejection has its text") {
  struct Row {
    Rejection rejection;
    std::string_view text;
  };
  const LoopRef t_in{Stage::T, Dim::in}, b_mb{Stage::B, Dim::mb}, t_mb{Stage::T, Dim::mb};
  const Row rows[] = {
      {{Code::WorkMismatch, kNone, kNone, Dim::out, 32, 64},
       "R01 work-mismatch: out: N of the mapping must equal the layer's extent: required 32, "
       "available 64"},
      {{Code::PartsExceedCores, kNone, kNone, kNone, 64, 32},
       "R04 parts-exceed-cores: parts in all cannot exceed the cores: required 64 cores, available "
       "32"},
      {{Code::AxisDim, kNone, kNone, Dim::kj, 1, 0},
       "R09 axis-dim: kj: the system does not lay this dim along this array axis"},
      {{Code::AxisExtent, kNone, kNone, Dim::in, 16, 8},
       "R10 axis-extent: in: unrolling exceeds the axis of the array: required 16 places, "
       "available "
       "8"},
      {{Code::PartialSumsStream, Role::Out, t_in, Dim::in, 1, 0},
       "R13 partial-sums-stream: OUT, T.in: OUT that leaves Lx unfinished, for a reduction loop of "
       "T outside, cannot stream: required 1 loops, available 0"},
      {{Code::TransferType, Role::Inp, t_mb, kNone, 1, 0},
       "R16 transfer-type: INP, hop between External and Lx: this hop cannot have this type"},
      {{Code::TransferType, Role::Ker, b_mb, kNone, 1, 0},
       "R16 transfer-type: KER, hop between Lx and the array: this hop cannot have this type"},
      {{Code::TransferLoop, Role::Ker, t_in, kNone, 1, 0},
       "R17 transfer-loop: KER, expected at T.in: a hop sits at the innermost loop that its "
       "operand "
       "moves with"},
      {{Code::TransferLoop, Role::Ker, kNone, kNone, 1, 0},
       "R17 transfer-loop: KER, no loop moves it: a hop sits at the innermost loop that its "
       "operand "
       "moves with"},
      {{Code::LxCapacity, kNone, kNone, kNone, 1180000, 1048576},
       "R18 lx-capacity: tiles in Lx: required 1180000 bytes, available 1048576"},
      {{Code::Home, Role::Bias, kNone, kNone, 0, 0},
       "R23 home: BIAS: operands live in external memory, row-major, in this version"},
      {{Code::Slide, Role::Inp, t_mb, kNone, 4, 3},
       "R28 slide: INP, T.mb: a tile that slides must keep some of the one before, along the one "
       "axis that its loop moves: required 4 points, available 3"},
  };
  for (const Row& row : rows) CHECK(to_string(row.rejection) == row.text);
}

TEST_CASE("every code of the table has its number and name") {
  int count = 0;
#define X(number, id, name, text, unit)                                         \
  CHECK(to_string({Code::id, kNone, kNone, kNone, 1, 2})                        \
            .rfind(std::string(#number " ") + (name) + ": " + (text), 0) == 0); \
  CHECK(static_cast<int>(Code::id) == count++);
  TILEWRIGHT_REJECTIONS(X)
#undef X
  CHECK(count == 28);
}
