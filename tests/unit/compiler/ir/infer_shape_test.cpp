#include <limits>

#include "compiler/ir/graph.h"
#include "tests/support/catch.h"

namespace tilewright {
namespace {

constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();

Window window(int64_t kernel, int64_t stride = 1, int64_t pad = 0, int64_t dilation = 1) {
  return {{kernel, kernel}, {stride, stride}, {dilation, dilation}, {pad, pad}, {pad, pad}};
}

Pointwise add_two() {
  Pointwise pointwise;
  REQUIRE(parse_expr("add(%0, %1)", pointwise.expr));
  return pointwise;
}

// The one finding, or "" when there is a shape.
std::string finding(const Primitive& primitive, const std::vector<Shape>& inputs) {
  const auto result = infer_shape(primitive, inputs);
  if (result) return "";
  CHECK(result.error().size() == 1);
  CHECK(result.error()[0].where == name_of(primitive));
  return result.error()[0].message;
}

TEST_CASE("shapes that the primitives give") {
  struct Row {
    Primitive primitive;
    std::vector<Shape> inputs;
    Shape expected;
  };
  const Row rows[] = {
      {Conv{1, window(3, 1, 1)}, {{1, 3, 224, 224}, {64, 3, 3, 3}, {64}}, {1, 64, 224, 224}},
      {Conv{1, window(7, 2, 3)}, {{2, 3, 224, 224}, {64, 3, 7, 7}}, {2, 64, 112, 112}},
      {Conv{2, window(5, 1, 2)}, {{1, 96, 27, 27}, {256, 48, 5, 5}}, {1, 256, 27, 27}},
      {Conv{1, window(3, 1, 0, 2)}, {{1, 1, 7, 7}, {1, 1, 3, 3}}, {1, 1, 3, 3}},
      {MatMul{}, {{4, 5, 6}, {1, 6, 7}, {7}}, {4, 5, 7}},
      {MatMul{true, true}, {{4, 6, 5}, {4, 7, 6}}, {4, 5, 7}},
      {Pool{PoolKind::Max, window(3, 2)}, {{1, 8, 55, 55}}, {1, 8, 27, 27}},
      {add_two(), {{3, 1, 5}, {4, 1}}, {3, 4, 5}},
      {add_two(), {{}, {2, 0}}, {2, 0}},
      {Reduce{ReduceKind::Mean, {2, 3}}, {{1, 8, 7, 7}}, {1, 8, 1, 1}},
      {Move{}, {{2, 3}}, {2, 3}},
      // A transpose and a concatenation along axis 1.
      {Move{{{0, {2, 3}, {{0, 1, 0}, {0, 1, 1}}, {{0, 1, 1}, {0, 1, 0}}}}, 0}, {{2, 3}}, {3, 2}},
      {Move{{{0, {2, 3}, {{0, 1, 0}, {0, 1, 1}}, {{0, 1, 0}, {0, 1, 1}}},
             {1, {2, 4}, {{0, 1, 0}, {0, 1, 1}}, {{0, 1, 0}, {3, 1, 1}}}},
            0},
       {{2, 3}, {2, 4}},
       {2, 7}},
  };
  for (const Row& row : rows) {
    const auto result = infer_shape(row.primitive, row.inputs);
    INFO(name_of(row.primitive) << " " << print(row.expected)
                                << (result ? "" : to_string(result.error())));
    REQUIRE(result.has_value());
    CHECK(*result == row.expected);
  }
}

TEST_CASE("convolutions that cannot be say why, with the numbers") {
  const Shape x = {1, 4, 8, 8}, w = {6, 4, 3, 3};
  CHECK(finding(Conv{1, window(3)}, {x}) == "1 operands");
  CHECK(finding(Conv{1, window(3)}, {{}, w}) == "operand 0 [] has rank 0, not 4");
  CHECK(finding(Conv{0, window(3)}, {x, w}) == "groups is 0");
  CHECK(finding(Conv{3, window(3)}, {x, w}) ==
        "4 input and 6 output features do not divide into 3 groups");
  CHECK(finding(Conv{2, window(3)}, {x, w}) ==
        "weights have 4 input features per group, the input has 4 / 2 = 2");
  CHECK(finding(Conv{1, window(5)}, {x, w}) == "kernel has 5 rows, the weights 3");
  CHECK(finding(Conv{1, window(3)}, {x, w, {5}}) == "bias [5] does not fit 6 output features");
  CHECK(finding(Conv{1, window(3, 0)}, {x, w}) == "rows: kernel 3, stride 0, dilation 1");
  CHECK(finding(Conv{1, window(3, 1, -1)}, {x, w}) == "rows: pads -1 and -1");
  CHECK(finding(Conv{1, window(3, 1, 0, 4)}, {x, w}) ==
        "rows: the window spans 9, the input with padding 8");
  CHECK(finding(Conv{1, window(3, 1, kHuge / 2)}, {x, w}) != "");
  CHECK(finding(Conv{1, window(3, 1, 0, kHuge)}, {x, w}) != "");
  CHECK(finding(Conv{1, window(3, 1, kHuge / 4)}, {x, w}) ==
        "more than 2^63 - 1 multiply-accumulates");
  CHECK(finding(Conv{1, window(3)}, {{0, 4, 8, 8}, w}) == "operand 0 [0,4,8,8] has no elements");
  CHECK(finding(Conv{1, window(3)}, {{1, -4, 8, 8}, w}) == "operand 0 has shape [1,-4,8,8]");
  CHECK(finding(Conv{1, window(3)}, {{kHuge, 4, 8, 8}, w}) != "");
}

TEST_CASE("other primitives that cannot be say why, with the numbers") {
  CHECK(finding(MatMul{}, {{2, 3, 4}, {3, 4, 5}}) == "2 products, but 3 right operands");
  CHECK(finding(MatMul{}, {{2, 3, 4}, {1, 5, 4}}) ==
        "the left operand [2,3,4] reduces over 4, the right operand [1,5,4] over 5");
  CHECK(finding(MatMul{}, {{3, 4}, {1, 4, 5}}) == "operand 0 [3,4] has rank 2, not 3");
  CHECK(finding(add_two(), {{2, 3}, {2, 4}}) ==
        "shapes [2,3], [2,4] do not broadcast: extents 3 and 4 meet");
  CHECK(finding(add_two(), {{2, 3}}) == "step 0 (add) reads input 1, of 1");
  CHECK(finding(add_two(), {{kHuge, 1}, {1, 2}}) ==
        "the output [9223372036854775807,2] has more than 2^63 - 1 elements");
  CHECK(finding(Reduce{ReduceKind::Sum, {2}}, {{2, 3}}) == "reduces axis 2 of an input of rank 2");
  CHECK(finding(Reduce{ReduceKind::Sum, {1, 1}}, {{2, 3}}) == "axis 1 follows axis 1");
  CHECK(finding(Reduce{ReduceKind::Max, {0}}, {{0, 3}}) ==
        "axis 0 has no element to take a mean or maximum of");
}

TEST_CASE("moves that do not write each element once are refused") {
  const std::vector<AxisMap> straight = {{0, 1, 0}, {0, 1, 1}};
  const MovePart whole{0, {2, 3}, straight, straight};
  CHECK(finding(Move{{whole, whole}, 0}, {{2, 3}}) ==
        "the parts write 12 elements, the output [2,3] has 6");
  // Same number of elements, but two parts meet and one element is missed.
  const MovePart left{0, {2}, {{0, 0, 0}, {0, 1, 0}}, {{0, 1, 0}}};
  const MovePart gap{0, {2}, {{0, 0, 0}, {0, 1, 0}}, {{2, 1, 0}}};
  CHECK(finding(Move{{left, left, {0, {}, {{0, 0, 0}, {0, 0, 0}}, {{4, 0, 0}}}}, 0}, {{2, 3}}) ==
        "parts 0 and 1 overlap");
  CHECK(finding(Move{{left, gap}, 0}, {{2, 3}}).empty());
  CHECK(finding(Move{{{1, {2, 3}, straight, straight}}, 0}, {{2, 3}}) ==
        "part 0: reads operand 1 of 1");
  CHECK(finding(Move{{{0, {2, 3}, {{0, 1, 0}}, straight}}, 0}, {{2, 3}}) ==
        "part 0: has 1 input maps for an input of rank 2");
  CHECK(finding(Move{{{0, {2, 3}, straight, {{0, 1, 0}, {0, 1, 7}}}}, 0}, {{2, 3}}) ==
        "part 0: uses loop 7 of 2");
  CHECK(finding(Move{{{0, {2, 3}, straight, {{0, 1, 0}}}}, 0}, {{2, 3}}) ==
        "part 0: loop 1 of extent 3 moves 0 axes of the output, not 1");
  CHECK(finding(Move{{{0, {2}, {{0, 1, 0}, {0, 0, 0}}, {{-1, 1, 0}}}}, 0}, {{2, 3}}) ==
        "part 0: writes output axis 0 at -1");
  CHECK(finding(Move{{{0, {2}, {{0, 1, 0}, {0, 0, 0}}, {{0, kHuge, 0}}}}, 0}, {{2, 3}}) != "");
  CHECK(finding(Move{{{0, {4}, {{0, kHuge, 0}, {0, 0, 0}}, {{0, 1, 0}}}}, 0}, {{2, 3}}) != "");
}

TEST_CASE("interleaved parts are told apart exactly") {
  // Even and odd elements of twelve; then every second against every third, which meet at 6k.
  const auto part = [](int64_t count, int64_t offset, int64_t step) {
    return MovePart{0, {count}, {{0, 1, 0}}, {{offset, step, 0}}};
  };
  CHECK(finding(Move{{part(6, 0, 2), part(6, 1, 2)}, 0}, {{6}}).empty());
  CHECK(finding(Move{{part(6, 10, -2), part(6, 11, -2)}, 0}, {{6}}).empty());
  CHECK(finding(Move{{part(6, 0, 2), part(4, 2, 3), part(2, 5, 4)}, 0}, {{6}}) ==
        "parts 0 and 1 overlap");
  CHECK(finding(Move{{part(2, 0, 3), part(2, 1, 3), part(2, 2, 3)}, 0}, {{6}}).empty());
}

}  // namespace
}  // namespace tilewright
