#include "backend/emit/address.h"
#include "compiler/mapping/footprint.h"
#include "tests/support/catch.h"
#include "tests/support/mapped_network.h"

using namespace tilewright;
using test::extents;

namespace {

// Rows of a convolution of stride 2, dilation 4, padding 3 over 20 rows, and 5 input features.
const Operand kInput{
    Role::Inp, 0, {{5, 20, 0, {{Dim::in, 1}}}, {20, 1, -3, {{Dim::i, 2}, {Dim::ki, 4}}}}, 0};

DenseBox box_of(const Operand& operand, const Extents& nominal) {
  std::vector<int64_t> steps;
  for (const AccessAxis& axis : operand.axes) steps.push_back(lattice_step(axis, nominal));
  return dense_box(operand, steps, nominal);
}

const RegisterTerm kIn{tile_register(Dim::in), 1};
const RegisterTerm kI{tile_register(Dim::i), 2}, kKi{tile_register(Dim::ki), 4};
const RegisterTerm kBlockI{block_register(Dim::i), 2}, kBlockKi{block_register(Dim::ki), 4};

}  // namespace

TEST_CASE("a tile in Lx holds every lattice point between its first and last row", "[emit]") {
  const DenseBox tile = box_of(kInput, extents({{Dim::in, 2}, {Dim::i, 4}, {Dim::ki, 3}}, 1));
  CHECK(tile.steps == std::vector<int64_t>{1, 2});
  CHECK(tile.points == std::vector<int64_t>{2, 1 + (3 * 2 + 2 * 4) / 2});
  CHECK(tile.strides == std::vector<int64_t>{8, 1});
  CHECK(tile.elems == 2 * 8);
  const std::vector<BoxAxis> axes = tile_axes(kInput, tile);
  REQUIRE(axes.size() == 2);
  CHECK(axes[0] == BoxAxis{{{kIn}, 1}, {0, {kIn}, 1, 20}, {0, {}, 1, 8}, 5});
  CHECK(axes[1] == BoxAxis{{{kI, kKi}, 2}, {-3, {kI, kKi}, 2, 1}, {0, {}, 1, 1}, 20});
}

TEST_CASE("a block walks the lattice of its tile", "[emit]") {
  const DenseBox tile = box_of(kInput, extents({{Dim::in, 2}, {Dim::i, 4}, {Dim::ki, 3}}, 1));
  const DenseBox block = box_of(kInput, extents({{Dim::ki, 3}}, 1));  // every fourth row
  CHECK(block.steps == std::vector<int64_t>{1, 4});
  CHECK(block.points == std::vector<int64_t>{1, 3});
  const BoxAxis rows = block_axes(kInput, tile, block)[1];
  CHECK(rows.count == Count{{kBlockI, kBlockKi}, 4});
  // One step of i is one point of the tile's lattice, one of ki two.
  CHECK(rows.outer == AxisSide{0, {{kBlockI.reg, 1}, {kBlockKi.reg, 2}}, 2, 1});
  CHECK(rows.inner == AxisSide{0, {}, 1, 1});
  CHECK(rows.limit == -1);
}

TEST_CASE("dims with one index in the tile have no block position", "[emit]") {
  const DenseBox tile = box_of(kInput, extents({{Dim::in, 2}, {Dim::ki, 3}}, 1));
  const DenseBox block = box_of(kInput, extents({}, 1));
  const std::vector<BoxAxis> axes = block_axes(kInput, tile, block);
  CHECK(axes[0].outer == AxisSide{0, {{block_register(Dim::in), 1}}, 1, 3});
  CHECK(axes[1].outer == AxisSide{0, {{kBlockKi.reg, 1}}, 1, 1});
}

TEST_CASE("local strides lead from indices to elements", "[emit]") {
  std::array<int64_t, 8> expected{};
  expected[static_cast<size_t>(Dim::in)] = 8;
  expected[static_cast<size_t>(Dim::i)] = 1;
  expected[static_cast<size_t>(Dim::ki)] = 2;
  CHECK(local_strides(kInput, box_of(kInput, extents({{Dim::in, 2}, {Dim::i, 4}, {Dim::ki, 3}},
                                                     1))) == expected);
  expected = {};
  expected[static_cast<size_t>(Dim::ki)] = 1;
  CHECK(local_strides(kInput, box_of(kInput, extents({{Dim::ki, 3}}, 1))) == expected);
}

TEST_CASE("a moved output leaves through the buffer of its input", "[emit]") {
  const Operand inp{Role::Inp, 0, {{4, 6, 0, {{Dim::i, 1}}}, {6, 1, 0, {{Dim::j, 1}}}}, 0};
  const Operand out{
      Role::Out, 1, {{6, 8, 0, {{Dim::j, 1}}}, {8, 2, 1, {{Dim::i, 2}}}, {9, 99, 7, {}}}, 0};
  const Extents t = extents({{Dim::i, 4}, {Dim::j, 3}}, 1);
  const std::vector<BoxAxis> axes = moved_axes(out, box_of(out, t), inp, box_of(inp, t));
  REQUIRE(axes.size() == 3);
  CHECK(axes[0].inner == AxisSide{0, {}, 1, 1});
  CHECK(axes[1].inner == AxisSide{0, {}, 1, 3});
  CHECK(axes[1].outer == AxisSide{1, {{tile_register(Dim::i), 2}}, 2, 2});
  CHECK(axes[2].count == Count{{}, 1});
  CHECK(axes[2].outer == AxisSide{7, {}, 1, 99});
}
