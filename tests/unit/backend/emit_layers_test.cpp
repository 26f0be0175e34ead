// Each kind of layer under hand-written mappings, run on the simulator and compared with the graph.
#include <fmt/format.h>

#include "tests/support/catch.h"
#include "tests/support/mapped_network.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

ScalarExpr unary(ScalarOp op) { return {{ScalarStep{op, ScalarRef::input(0), {}, {}}}}; }
ScalarExpr binary(ScalarOp op) {
  return {{ScalarStep{op, ScalarRef::input(0), ScalarRef::input(1), {}}}};
}

Window window(int64_t kernel, int64_t stride, int64_t pad, int64_t dilation = 1) {
  return {{kernel, kernel}, {stride, stride}, {dilation, dilation}, {pad, pad}, {pad, pad}};
}

struct Case {
  std::string name;
  Graph graph;
};

// A graph of one node on an input x and further constants.
Case one_node(const std::string& name, Primitive primitive, Shape x, std::vector<Shape> constants,
              ScalarExpr epilogue = {}) {
  Network net(7);
  std::vector<ValueId> operands = {net.input("x", std::move(x))};
  for (Shape& shape : constants)
    operands.push_back(net.constant("c" + std::to_string(operands.size()), std::move(shape)));
  net.output(net.node(name, std::move(primitive), operands, std::move(epilogue)));
  return {name, std::move(net.graph)};
}

std::vector<Case> array_cases() {
  const ScalarExpr relu = unary(ScalarOp::Relu);
  return {
      one_node("conv 3x3 bias relu", Conv{1, window(3, 1, 1)}, {2, 5, 7, 9}, {{6, 5, 3, 3}, {6}},
               relu),
      one_node("conv 3x3 stride 2", Conv{1, window(3, 2, 1)}, {1, 3, 11, 9}, {{5, 3, 3, 3}}),
      one_node("conv 1x1 stride 2", Conv{1, window(1, 2, 0)}, {1, 4, 9, 9}, {{5, 4, 1, 1}, {5}}),
      one_node("conv 2x2 stride 3", Conv{1, window(2, 3, 0)}, {1, 4, 11, 8}, {{3, 4, 2, 2}}),
      one_node("conv 3x3 dilated", Conv{1, window(3, 1, 2, 2)}, {1, 3, 8, 8}, {{4, 3, 3, 3}}),
      one_node("conv 3x3 dilated stride 2", Conv{1, window(3, 2, 2, 2)}, {1, 3, 9, 9},
               {{4, 3, 3, 3}}),
      one_node("conv grouped", Conv{3, window(3, 1, 1)}, {2, 6, 5, 5}, {{9, 2, 3, 3}, {9}}, relu),
      one_node("conv depthwise", Conv{7, window(3, 1, 1)}, {1, 7, 6, 6}, {{7, 1, 3, 3}, {7}}),
      one_node("conv much padding", Conv{1, window(3, 1, 4)}, {1, 2, 3, 3}, {{3, 2, 3, 3}}),
      one_node("conv asymmetric", Conv{1, Window{{3, 2}, {2, 1}, {1, 3}, {2, 0}, {0, 3}}},
               {1, 3, 8, 7}, {{4, 3, 3, 2}, {4}}),
      one_node("matmul", MatMul{}, {1, 9, 10}, {{1, 10, 11}}),
      one_node("matmul batch bias relu", MatMul{}, {3, 5, 6}, {{3, 6, 7}, {7}}, relu),
      one_node("matmul shared weights", MatMul{}, {3, 5, 6}, {{1, 6, 7}}),
      one_node("matmul transposed", MatMul{true, true}, {2, 6, 5}, {{2, 7, 6}, {7}}),
  };
}

std::vector<Case> sfu_cases() {
  std::vector<Case> cases = {
      one_node("max pool", Pool{PoolKind::Max, window(3, 2, 1)}, {2, 5, 9, 7}, {}),
      one_node("average pool", Pool{PoolKind::Average, window(2, 2, 0)}, {2, 5, 8, 6}, {}),
      one_node("average pool padded", Pool{PoolKind::Average, window(4, 2, 1)}, {1, 3, 8, 9}, {}),
      one_node("global average", Pool{PoolKind::Average, window(4, 1, 0)}, {2, 9, 4, 4}, {}),
      one_node("pool dilated", Pool{PoolKind::Max, window(2, 1, 1, 3)}, {1, 3, 7, 8}, {}),
      one_node("relu", Pointwise{unary(ScalarOp::Relu)}, {3, 5, 7}, {}),
      one_node("add constant", Pointwise{binary(ScalarOp::Add)}, {3, 5, 7}, {{5, 1}}),
      one_node("broadcast both ways", Pointwise{binary(ScalarOp::Sub)}, {3, 1, 7}, {{3, 5, 1}}),
      one_node("broadcast a scalar", Pointwise{binary(ScalarOp::Mul)}, {4, 5}, {{}}),
      one_node("broadcast inner and outer", Pointwise{binary(ScalarOp::Max)}, {2, 3, 4, 5},
               {{1, 3, 1, 5}}),
      one_node("select",
               Pointwise{{{ScalarStep{ScalarOp::Less, ScalarRef::input(0), ScalarRef::input(1), {}},
                           ScalarStep{ScalarOp::Select, ScalarRef::step(0), ScalarRef::input(2),
                                      ScalarRef::constant(3)}}}},
               {4, 6}, {{6}, {4, 1}}),
      one_node("reduce sum", Reduce{ReduceKind::Sum, {1}}, {4, 9, 5}, {}),
      one_node("reduce mean", Reduce{ReduceKind::Mean, {0, 2}}, {4, 9, 8}, {}),
      one_node("reduce max", Reduce{ReduceKind::Max, {2, 3}}, {3, 4, 5, 6}, {}),
      one_node("reduce all", Reduce{ReduceKind::Sum, {0, 1}}, {6, 7}, {}),
      one_node("scalar", Pointwise{unary(ScalarOp::Neg)}, {}, {}),
  };
  return cases;
}

// loops: extents; each side: {offset, coefficient, loop} per axis.
MovePart part(int32_t input, std::vector<int64_t> loops, std::vector<AxisMap> from,
              std::vector<AxisMap> to) {
  return {input, std::move(loops), std::move(from), std::move(to)};
}

std::vector<Case> move_cases() {
  const AxisMap l0{0, 1, 0}, l1{0, 1, 1}, l2{0, 1, 2};
  return {
      one_node("transpose", Move{{part(0, {5, 6, 7}, {l0, l1, l2}, {l2, l0, l1})}, 0}, {5, 6, 7},
               {}),
      one_node("pad", Move{{part(0, {8, 9}, {{-1, 1, 0}, {-2, 1, 1}}, {l0, l1})}, 5}, {5, 6}, {}),
      one_node("slice", Move{{part(0, {3, 4}, {{1, 2, 0}, {3, 1, 1}}, {l0, l1})}, 0}, {7, 8}, {}),
      one_node("slice a row", Move{{part(0, {8}, {{3, 0, 0}, {0, 1, 0}}, {l0})}, 0}, {7, 8}, {}),
      one_node("expand", Move{{part(0, {5, 4, 3}, {l1, {0, 0, 0}}, {l0, l1, l2})}, 0}, {4, 1}, {}),
      one_node("concat",
               Move{{part(0, {3, 4, 5}, {l0, l1, l2}, {l0, l1, l2}),
                     part(1, {3, 2, 5}, {l0, l1, l2}, {l0, {4, 1, 1}, l2})},
                    0},
               {3, 4, 5}, {{3, 2, 5}}),
      one_node("interleave",
               Move{{part(0, {3, 4}, {l0, l1}, {l0, {0, 2, 1}}),
                     part(1, {3, 4}, {l0, l1}, {l0, {1, 2, 1}})},
                    0},
               {3, 4}, {{3, 4}}),
      one_node("copy", Move{{part(0, {4, 6}, {l0, l1}, {l0, l1})}, 0}, {4, 6}, {}),
  };
}

struct Mapping {
  std::string name;
  int64_t cores = 1;
  Choice choice;
};

Choice with(Choice choice, Extents parts) {
  choice.parts = parts;
  return choice;
}

// Uneven tiles and blocks in all dims, and each type of transfer.
std::vector<Mapping> mappings(const Graph& graph) {
  const Work work = describe(graph).value().front();
  Choice whole;
  if (work.kind == WorkKind::Move) whole.outer = TransferType::BlockLoad;
  std::vector<Mapping> all = {{"whole", 1, whole}};

  Choice tiled = whole;  // reductions innermost, as partial sums may not leave Lx
  tiled.t = extents({{Dim::mb, 4}, {Dim::out, 4}, {Dim::i, 4}, {Dim::j, 5}}, 2);
  tiled.t_order = {Dim::j, Dim::i, Dim::grp, Dim::out, Dim::mb};
  for (Dim d : kDims)
    if (contains(work.reduction, d)) {
      std::erase(tiled.t_order, d);
      tiled.t_order.push_back(d);
    } else if (std::find(tiled.t_order.begin(), tiled.t_order.end(), d) == tiled.t_order.end()) {
      tiled.t_order.insert(tiled.t_order.begin(), d);
    }
  all.push_back({"tiled", 1, tiled});
  tiled.slide = true;
  all.push_back({"tiled, sliding", 1, tiled});
  tiled.slide = false;

  Choice blocked = tiled;
  blocked.b = extents({{Dim::out, 3}, {Dim::j, 2}, {Dim::i, 3}}, 1);
  all.push_back({"blocked, streams", 1, blocked});
  blocked.b_order = {Dim::kj, Dim::in, Dim::j, Dim::ki, Dim::out, Dim::i};
  blocked.inner = TransferType::DoubleBuffer;
  all.push_back({"blocked, double buffers", 1, blocked});
  blocked.inner_of = {{Role::Inp, TransferType::BlockLoad}, {Role::Ker, TransferType::BlockLoad}};
  blocked.near = {{Role::Ker, Place::Lrf}};
  all.push_back({"blocked, block-loads", 1, blocked});
  blocked.outer = TransferType::BlockLoad;
  blocked.inner_of[Role::Out] = TransferType::Stream;
  blocked.b_order = {Dim::out, Dim::i, Dim::in, Dim::j};
  all.push_back({"block-loads everywhere", 1, blocked});
  blocked.t = extents({{Dim::j, 3}, {Dim::in, 3}, {Dim::kj, 2}}, INT64_MAX);
  blocked.b = extents({{Dim::j, 2}, {Dim::in, 2}, {Dim::mb, 2}}, INT64_MAX);
  all.push_back({"long tiles", 1, blocked});
  blocked.slide = true;
  all.push_back({"long tiles, sliding", 1, blocked});

  const auto kept = [&](Dim d, int64_t parts) {
    return contains(work.reduction, d) ? 1 : std::min(parts, work.extent[d]);
  };
  all.push_back({"4 cores, whole", 4, with(whole, extents({{Dim::j, kept(Dim::j, 4)}}, 1))});
  Choice divided =
      with(tiled, extents({{Dim::out, kept(Dim::out, 2)}, {Dim::i, kept(Dim::i, 2)}}, 1));
  divided.b = extents({{Dim::i, 3}}, 2);
  all.push_back({"4 cores, tiled", 4, divided});
  divided.share = ShareRule::Greedy;
  divided.ring_order = {Dim::i};
  divided.inner = TransferType::DoubleBuffer;
  all.push_back({"4 cores, greedy", 4, divided});
  divided.parts = extents({{Dim::j, kept(Dim::j, 4)}}, 1);
  divided.t = extents({{Dim::j, 1}, {Dim::mb, 1}}, INT64_MAX);
  all.push_back({"4 cores, columns", 4, divided});
  return all;
}

void check_all(const std::vector<Case>& cases) {
  for (const Case& c : cases)
    for (const Mapping& m : mappings(c.graph)) {
      CAPTURE(c.name, m.name);
      CHECK(run_and_compare(c.graph, small_system(m.cores), plan_of(c.graph, "fp32", m.choice)) ==
            "");
      CHECK(run_and_compare(c.graph, small_system(m.cores), plan_of(c.graph, "fp16", m.choice),
                            0x1p-8) == "");
    }
}

}  // namespace

TEST_CASE("convolutions and products compute the graph's numbers", "[emit]") {
  check_all(array_cases());
}
TEST_CASE("element-wise layers and reductions compute the graph's numbers", "[emit]") {
  check_all(sfu_cases());
}
TEST_CASE("moves compute the graph's numbers", "[emit]") { check_all(move_cases()); }

TEST_CASE("a network of all primitives with views computes the graph's numbers", "[emit]") {
  Network net(3);
  const ValueId x = net.input("x", {1, 3, 10, 10});
  ValueId v =
      net.node("conv", Conv{1, window(3, 1, 1)},
               {x, net.constant("w", {8, 3, 3, 3}), net.constant("b", {8})}, unary(ScalarOp::Relu));
  const ValueId skip = v = net.node("pool", Pool{PoolKind::Max, window(2, 2, 0)}, {v});
  v = net.node("conv2", Conv{1, window(3, 1, 1)}, {v, net.constant("w2", {8, 8, 3, 3})});
  v = net.node("add", Pointwise{binary(ScalarOp::Add)}, {v, skip});
  net.output(v);
  const AxisMap l0{0, 1, 0}, l1{0, 1, 1};
  const ValueId rows = net.graph.add_value({"rows", ElementType::Float32, {8, 25}, nullptr});
  net.graph.nodes.push_back({"view", "Reshape", Move{}, {v}, rows, {}});
  v = net.node("turn", Move{{part(0, {8, 25}, {l0, l1}, {l1, l0})}, 0}, {rows});
  v = net.node("sum", Reduce{ReduceKind::Sum, {0}}, {v});
  const ValueId row = net.graph.add_value({"row", ElementType::Float32, {1, 1, 8}, nullptr});
  net.graph.nodes.push_back({"view2", "Reshape", Move{}, {v}, row, {}});
  v = net.node("dense", MatMul{}, {row, net.constant("w3", {1, 8, 5}), net.constant("b3", {5})});
  const ValueId end = net.graph.add_value({"end", ElementType::Float32, {5}, nullptr});
  net.graph.nodes.push_back({"view3", "Reshape", Move{}, {v}, end, {}});
  net.output(end);
  const ValueId same = net.graph.add_value({"same", ElementType::Float32, {300}, nullptr});
  net.graph.nodes.push_back({"view4", "Reshape", Move{}, {x}, same, {}});
  net.output(same);

  Choice choice;
  choice.t = extents({{Dim::in, INT64_MAX}, {Dim::ki, INT64_MAX}, {Dim::kj, INT64_MAX}}, 3);
  choice.b = extents({}, 2);
  choice.parts = extents({{Dim::out, 3}}, 1);
  Choice move = choice;
  move.outer = TransferType::BlockLoad;
  move.parts = extents({}, 1);
  const Plan plan = plan_of(net.graph, "fp32", choice, {{"turn", move}});
  CHECK(run_and_compare(net.graph, small_system(), plan) == "");
}
