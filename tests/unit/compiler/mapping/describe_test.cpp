// Works of each primitive: extents, accesses, merged axes.
#include "compiler/mapping/work.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

Work only(const Graph& graph) {
  std::vector<Work> works = describe(graph).value();
  REQUIRE(works.size() == 1);
  return works[0];
}

Shape extents_of(const Work& work) {
  return {work.extent.values.begin(), work.extent.values.end()};
}

}  // namespace

TEST_CASE("a convolution spans eight dims and reads rows through stride, dilation and padding") {
  Window w = square_window(3, 2, 1);
  w.dilation = {1, 2};
  const Work work = conv_work({2, 4, 3, 5, 9, 11, w, true});
  CHECK(extents_of(work) == Shape{2, 4, 5, 3, 5, 5, 3, 3});
  CHECK(work.macs() == 2 * 4 * 5 * 3 * 5 * 5 * 3 * 3);
  CHECK(work.reduction == (bit(Dim::in) | bit(Dim::ki) | bit(Dim::kj)));
  const Operand& inp = work.operand(Role::Inp);
  REQUIRE(inp.axes.size() == 5);
  CHECK(inp.axes[3] == AccessAxis{9, 11, -1, {{Dim::i, 2}, {Dim::ki, 1}}});
  CHECK(inp.axes[4] == AccessAxis{11, 1, -1, {{Dim::j, 2}, {Dim::kj, 2}}});
  CHECK(work.operand(Role::Bias).dims() == (bit(Dim::grp) | bit(Dim::out)));
  CHECK(work.operand(Role::Out).dims() ==
        (bit(Dim::mb) | bit(Dim::grp) | bit(Dim::out) | bit(Dim::i) | bit(Dim::j)));
}

TEST_CASE("dims of extent one leave no trace") {
  const Work work = conv_work({1, 1, 8, 16, 7, 7, square_window(1, 1, 0)});
  CHECK(work.reduction == bit(Dim::in));
  CHECK(work.operand(Role::Inp).axes.size() == 3);
  CHECK(work.operand(Role::Ker).axes.size() == 2);
}

TEST_CASE("element-wise axes merge unless an operand broadcasts between them") {
  ScalarExpr add{{{ScalarOp::Add, ScalarRef::input(0), ScalarRef::input(1), {}}}};
  const Work whole = only(one_node(Pointwise{add}, {{2, 3, 4, 5}, {2, 3, 4, 5}}, 2, "Add"));
  CHECK(extents_of(whole) == Shape{1, 1, 1, 1, 1, 120, 1, 1});
  const Work channel = only(one_node(Pointwise{add}, {{2, 3, 4, 5}, {3, 1, 1}}, 1, "Add"));
  CHECK(extents_of(channel) == Shape{1, 1, 2, 1, 3, 20, 1, 1});
  CHECK(channel.operand(Role::Inp2).dims() == bit(Dim::i));
}

TEST_CASE("a reduction keeps and folds runs of axes") {
  const Work work = only(one_node(Reduce{ReduceKind::Mean, {2, 3}}, {{2, 3, 4, 5}}, 1, "Reduce"));
  CHECK(extents_of(work) == Shape{1, 1, 1, 1, 1, 6, 1, 20});
  CHECK(work.reduction == bit(Dim::kj));
  CHECK(work.scale == 1.0f / 20);
}

TEST_CASE("a transpose of an image keeps its pixels together") {
  // [N, C, H, W] -> [N, H, W, C]
  Move move{{{0,
              {2, 4, 5, 3},
              {{0, 1, 0}, {0, 1, 3}, {0, 1, 1}, {0, 1, 2}},
              {{0, 1, 0}, {0, 1, 1}, {0, 1, 2}, {0, 1, 3}}}}};
  const Work work = only(one_node(move, {{2, 3, 4, 5}}, 1, "Transpose"));
  CHECK(extents_of(work) == Shape{1, 1, 2, 1, 20, 3, 1, 1});
  CHECK(work.operand(Role::Inp).axes[1] == AccessAxis{3, 20, 0, {{Dim::j, 1}}});
}

TEST_CASE("a move that reads a diagonal is refused with loop and axes") {
  // y[a, b] = x[b, a, b]; loop 0 moves one axis, loop 1 two.
  const AxisMap a{0, 1, 0}, b{0, 1, 1};
  Move move{{{0, {4, 3}, {b, a, b}, {a, b}}}};
  const auto refused = describe(one_node(move, {{3, 4, 3}}, 1, "Einsum"));
  REQUIRE_FALSE(refused.has_value());
  REQUIRE(refused.error().size() == 1);
  CHECK(refused.error()[0].code == ErrorCode::Unsupported);
  CHECK(to_string(refused.error()) ==
        "node 'Einsum' (Einsum): error: part 0: loop 1 of extent 3 moves axes 0, 2 of operand 0 at "
        "once, at most one axis per loop can be mapped\n");
  // A loop that turns once reads no diagonal.
  move.parts[0].extent[1] = 1;
  const Work work = only(one_node(move, {{3, 4, 3}}, 1, "Einsum"));
  CHECK(work.points() == 4);
  CHECK(work.operand(Role::Inp).axes.size() == 3);
}

TEST_CASE("views and empty outputs give no layer") {
  Graph view = one_node(Pointwise{}, {{2, 3}}, 1, "Relu");
  view.nodes[0].primitive = Move{};
  CHECK(describe(view).value().empty());
  CHECK(describe(one_node(Pointwise{}, {{0, 3}}, 1, "Relu")).value().empty());
}
