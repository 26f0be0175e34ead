#include "backend/emit/allocate.h"
#include "tests/support/catch.h"
#include "tests/support/mapped_network.h"

using namespace tilewright;
using test::Network;

namespace {

const Pointwise kRelu{{{ScalarStep{ScalarOp::Relu, ScalarRef::input(0), {}, {}}}}};
const Pointwise kAdd{{{ScalarStep{ScalarOp::Add, ScalarRef::input(0), ScalarRef::input(1), {}}}}};

int64_t address(const ExternalLayout& layout, ValueId v) {
  return layout.address[static_cast<size_t>(v)];
}

// Which values each moment of the run needs, found the slow way: node by node, following views.
struct Needs {
  std::vector<ValueId> owner;            // per value, whose data it is
  std::vector<std::vector<bool>> alive;  // per node, per owner
};

Needs needs_of(const Graph& graph) {
  const size_t nodes = graph.nodes.size();
  Needs needs;
  for (size_t v = 0; v < graph.values.size(); ++v) needs.owner.push_back(static_cast<ValueId>(v));
  std::vector<size_t> born(graph.values.size(), 0), dies(graph.values.size(), 0);
  const auto own = [&](ValueId v) {
    return static_cast<size_t>(needs.owner[static_cast<size_t>(v)]);
  };
  for (size_t n = 0; n < nodes; ++n) {
    const Node& node = graph.nodes[n];
    const Move* move = std::get_if<Move>(&node.primitive);
    if (move && move->is_view())
      needs.owner[static_cast<size_t>(node.output)] = static_cast<ValueId>(own(node.inputs[0]));
    else
      born[own(node.output)] = dies[own(node.output)] = n;
    for (ValueId v : node.inputs) dies[own(v)] = n;
  }
  for (size_t v = 0; v < graph.values.size(); ++v)
    if (graph.values[v].constant) dies[v] = nodes;
  for (ValueId v : graph.inputs) dies[own(v)] = nodes;
  for (ValueId v : graph.outputs) dies[own(v)] = nodes;
  for (size_t n = 0; n < nodes; ++n) {
    needs.alive.emplace_back();
    for (size_t v = 0; v < graph.values.size(); ++v)
      needs.alive.back().push_back(own(static_cast<ValueId>(v)) == v && born[v] <= n &&
                                   n <= dies[v]);
  }
  return needs;
}

void check_layout(const Graph& graph, const ExternalLayout& layout, int64_t element_bytes) {
  const Needs needs = needs_of(graph);
  const auto bytes = [&](size_t v) {
    return *element_count(graph.values[v].shape) * element_bytes;
  };
  for (size_t v = 0; v < graph.values.size(); ++v) {
    const size_t owner = static_cast<size_t>(needs.owner[v]);
    REQUIRE(layout.address[v] == layout.address[owner]);
    REQUIRE(layout.address[v] % kExternalAlignment == 0);
    REQUIRE(layout.address[v] + bytes(v) <= layout.bytes);
  }
  for (const std::vector<bool>& alive : needs.alive)
    for (size_t a = 0; a < alive.size(); ++a)
      for (size_t b = a + 1; b < alive.size(); ++b) {
        if (!alive[a] || !alive[b]) continue;
        const bool apart = layout.address[a] + bytes(a) <= layout.address[b] ||
                           layout.address[b] + bytes(b) <= layout.address[a];
        CAPTURE(print(graph), a, b, layout.address[a], layout.address[b]);
        REQUIRE(apart);
      }
}

}  // namespace

TEST_CASE("a chain of layers takes the space of two intermediate tensors", "[emit]") {
  Network net;
  ValueId v = net.input("x", {32});
  for (const char* name : {"a", "b", "c", "d", "e"}) v = net.node(name, kRelu, {v});
  net.output(v);
  const auto layout = allocate_external(net.graph, 4, 1 << 20);
  REQUIRE(layout);
  CHECK(layout->bytes == (1 + 2) * 128);  // the input, and two that take turns
  check_layout(net.graph, *layout, 4);
}

TEST_CASE("tensors start at multiples of 128 bytes", "[emit]") {
  Network net;
  const ValueId a = net.input("a", {3}), b = net.input("b", {3});
  const ValueId y = net.node("y", kAdd, {a, b});
  net.output(y);
  const auto layout = allocate_external(net.graph, 2, 1 << 20);
  REQUIRE(layout);
  CHECK(address(*layout, a) == 0);
  CHECK(address(*layout, b) == 128);
  CHECK(address(*layout, y) == 2 * 128);
  CHECK(layout->bytes == 2 * 128 + 3 * 2);
}

TEST_CASE("views lie where their input lies", "[emit]") {
  Network net;
  const ValueId x = net.input("x", {4, 8}), k = net.constant("k", {32});
  const ValueId flat = net.graph.add_value({"flat", ElementType::Float32, {32}, nullptr});
  net.graph.nodes.push_back({"flatten", "Reshape", Move{}, {x}, flat, {}});
  const ValueId cube = net.graph.add_value({"cube", ElementType::Float32, {2, 4, 4}, nullptr});
  net.graph.nodes.push_back({"again", "Reshape", Move{}, {flat}, cube, {}});
  const ValueId square = net.graph.add_value({"square", ElementType::Float32, {8, 4}, nullptr});
  net.graph.nodes.push_back({"constant", "Reshape", Move{}, {k}, square, {}});
  const ValueId sum = net.node("sum", kAdd, {flat, k});
  const ValueId end = net.graph.add_value({"end", ElementType::Float32, {4, 8}, nullptr});
  net.graph.nodes.push_back({"last", "Reshape", Move{}, {sum}, end, {}});
  for (ValueId v : {cube, square, end}) net.output(v);
  const auto layout = allocate_external(net.graph, 4, 1 << 20);
  REQUIRE(layout);
  CHECK(address(*layout, cube) == address(*layout, x));
  CHECK(address(*layout, square) == address(*layout, k));
  CHECK(address(*layout, end) == address(*layout, sum));
  check_layout(net.graph, *layout, 4);
}

TEST_CASE("a tensor lives as long as the last view of it", "[emit]") {
  Network net;
  const ValueId x = net.input("x", {32});
  const ValueId a = net.node("a", kRelu, {x});
  const ValueId view = net.graph.add_value({"view", ElementType::Float32, {32}, nullptr});
  net.graph.nodes.push_back({"same", "Identity", Move{}, {a}, view, {}});
  ValueId v = net.node("b", kRelu, {x});
  v = net.node("c", kRelu, {v});
  net.output(net.node("d", kAdd, {v, view}));
  const auto layout = allocate_external(net.graph, 4, 1 << 20);
  REQUIRE(layout);
  CHECK(address(*layout, v) != address(*layout, a));
  check_layout(net.graph, *layout, 4);
}

TEST_CASE("values that nothing uses have no place", "[emit]") {
  Network net;
  const ValueId x = net.input("x", {4}), unused = net.constant("k", {4});
  net.output(net.node("a", kRelu, {x}));
  const auto layout = allocate_external(net.graph, 4, 1 << 20);
  REQUIRE(layout);
  CHECK(address(*layout, unused) == -1);
}

TEST_CASE("external memory that is too small is reported with both numbers", "[emit]") {
  Network net;
  const ValueId x = net.input("x", {64});
  net.output(net.node("a", kRelu, {x}));
  const auto all = allocate_external(net.graph, 4, 500);
  REQUIRE_FALSE(all);
  CHECK(to_string(all.error()) ==
        "graph 'net': error: at 'a_out', 512 bytes of external memory are in use, which has 500\n"
        "  hint: a system with more external memory, or a smaller minibatch\n");
  const auto one = allocate_external(net.graph, 4, 100);
  REQUIRE_FALSE(one);
  CHECK(to_string(one.error()) ==
        "value 'x': error: tensor [64] of 256 bytes does not fit external memory of 100 bytes\n"
        "  hint: a system with more external memory, or a smaller minibatch\n");
  CHECK(allocate_external(net.graph, 4, 512));
}

TEST_CASE("no two tensors in use at once overlap, in random graphs", "[emit]") {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Rng rng{seed, 0};
    Network net(seed);
    const int64_t elems = rng.between(1, 200);
    std::vector<ValueId> values = {net.input("x", {elems}), net.constant("k", {elems})};
    for (int64_t n = 0, nodes = rng.between(1, 20); n < nodes; ++n) {
      const std::string name = "n" + std::to_string(n);
      const auto any = [&] {
        return values[static_cast<size_t>(rng.below(static_cast<int64_t>(values.size())))];
      };
      if (rng.below(4) == 0) {
        const ValueId v = net.graph.add_value({name, ElementType::Float32, {elems}, nullptr});
        net.graph.nodes.push_back({name, "Identity", Move{}, {any()}, v, {}});
        values.push_back(v);
      } else {
        values.push_back(net.node(name, kAdd, {any(), any()}));
      }
      if (rng.below(6) == 0) net.output(values.back());
    }
    net.output(net.node("last", kAdd, {values[0], values[1]}));
    const auto layout = allocate_external(net.graph, 4, 1 << 20);
    REQUIRE(layout);
    check_layout(net.graph, *layout, 4);
    CHECK(*layout == *allocate_external(net.graph, 4, 1 << 20));
  }
}
