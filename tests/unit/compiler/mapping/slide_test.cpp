// When tiles may slide, and by how much.
#include "compiler/mapping/slide.h"

#include "compiler/mapping/compose.h"
#include "compiler/mapping/rejection.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

struct Case {
  int64_t kernel = 3, stride = 1, dilation = 1;
  int64_t rows = 1, kernel_rows = 3;  // of a tile
  std::vector<Dim> order = {Dim::i};
};

// A convolution of 4 features of 24 x 24, its INP sliding.
RapidDsc mapped(const Work& work, const Case& c) {
  MappingChoice choice;
  choice.t = work.extent;
  choice.t[Dim::i] = c.rows;
  choice.t[Dim::ki] = c.kernel_rows;
  choice.b = Extents::filled(1);
  choice.t_order = c.order;
  choice.types.assign(3, {TransferType::DoubleBuffer, TransferType::Stream});
  choice.inner.assign(3, Place::L0);
  RapidDsc dsc = compose(work, choice);
  dsc.data_structures[0].transfers[0].slide = true;
  return dsc;
}
Work work_of(const Case& c) {
  return conv_work({1, 1, 4, 4, 24, 24, square_window(c.kernel, c.stride, 1, c.dilation)});
}
std::optional<Rejection> broken(const Case& c) {
  const System chip = rapid_chip();
  const Work work = work_of(c);
  return first_rejection(work, chip, chip.precisions.at("fp16"), mapped(work, c));
}

}  // namespace

TEST_CASE("a sliding tile moves on by whole points, and keeps the others") {
  struct Row {
    Case layer;
    int64_t per_index, shift, points;
  };
  const Row rows[] = {
      {{3, 1, 1, 1, 3}, 1, 1, 3},
      {{3, 1, 1, 4, 3}, 1, 4, 4 + 2},
      {{3, 2, 1, 4, 3}, 2, 8, 6 + 2 + 1},
      {{3, 2, 2, 4, 3}, 1, 4, 3 + 2 + 1},
      {{3, 1, 1, 4, 2, {Dim::ki, Dim::i}}, 1, 4, 3 + 1 + 1},
      {{3, 1, 2, 4, 1, {Dim::i, Dim::ki}}, 2, 2, 3 + 1},
      {{4, 1, 3, 2, 4}, 1, 2, 1 + 9 + 1},
      {{3, 3, 3, 2, 3}, 1, 2, 1 + 2 + 1},
  };
  for (const Row& row : rows) {
    const Work work = work_of(row.layer);
    const auto slide = slide_of(work.operands[0], mapped(work, row.layer));
    REQUIRE(slide);
    CHECK(*slide == Slide{row.layer.order.back(), 1, row.per_index, row.shift, row.points});
    CHECK(!broken(row.layer));
  }
}

TEST_CASE("tiles that share nothing, or not point by point, do not slide") {
  const auto expect = [](const Case& c, int64_t required, int64_t available) {
    const auto found = broken(c);
    REQUIRE(found);
    CHECK(*found == Rejection{RejectionCode::Slide, Role::Inp, LoopRef{Stage::T, c.order.back()},
                              std::nullopt, required, available});
  };
  expect({3, 3, 1, 4, 3}, 12, 3 * 3 + 2);  // between tiles nothing is shared
  expect({1, 1, 1, 4, 1}, 4, 3);           // no window
  expect({3, 1, 2, 1, 3}, 1, 0);           // odd rows, then even ones
}
