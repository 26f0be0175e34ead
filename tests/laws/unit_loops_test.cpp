// Loops of one trip, and splits by one, change nothing (derived: a loop of one trip is no loop). In
// this code base such loops are left out of a mapping, so the law is about the several ways to
// state one and the same computation, which must have one and the same price.
#include "compiler/mapping/compose.h"
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "tests/laws/random_case.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/random_layers.h"
#include "tests/support/random_system.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

Work one_layer(Primitive primitive, const std::vector<Shape>& inputs) {
  return describe(one_node(std::move(primitive), inputs, 1, "op")).value().front();
}

// Two layers that compute the same, under two mappings that do the same.
void check_alike(const Work& a, const RapidDsc& of_a, const Work& b, RapidDsc of_b,
                 const System& system, const PrecisionInfo& precision) {
  of_b.n = b.extent;
  of_b.comp_primitives = comp_primitives(b);
  INFO(print_rapid_dsc(of_a) << print_rapid_dsc(of_b));
  REQUIRE_FALSE(first_rejection(a, system, precision, of_a));
  REQUIRE_FALSE(first_rejection(b, system, precision, of_b));
  const Price one = price(a, system, precision, of_a), two = price(b, system, precision, of_b);
  CHECK(one.cost == two.cost);
  CHECK(link_bytes(a, system, precision, of_a) == link_bytes(b, system, precision, of_b));
}

}  // namespace

TEST_CASE("a matrix product is a convolution of 1 x 1 windows on 1 x 1 images", "[laws]") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng{stream_seed(seed, "product"), 0};
    INFO("seed " << seed);
    const int64_t m = rng.between(1, 24), k = rng.between(1, 24), n = rng.between(1, 24);
    Network net(seed);
    net.output(net.node("matmul", MatMul{false, true},
                        {net.input("x", {1, m, k}), net.constant("w", {1, n, k})}));
    const System system = random_system(rng);
    const std::string precision = rng.coin() ? "fp16" : "fp32";
    const Plan plan = random_plan(rng, net.graph, system, precision);
    // Neither stride nor dilation mean anything where there is one output and one tap.
    const Window window{{1, 1}, {rng.between(1, 3), 1}, {1, rng.between(1, 3)}, {0, 0}, {0, 0}};
    check_alike(describe(net.graph).value().front(), plan.layers[0].dsc,
                one_layer(Conv{1, window}, {{m, k, 1, 1}, {n, k, 1, 1}}), plan.layers[0].dsc,
                system, system.precisions.at(precision));
  }
}

TEST_CASE("rows in groups are rows", "[laws]") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng{stream_seed(seed, "rows"), 0};
    INFO("seed " << seed);
    const int64_t parts = rng.between(1, 4), g = parts * rng.between(1, 4), m = rng.between(1, 5),
                  k = rng.between(2, 20), n = rng.between(1, 20);
    const System system = small_system(4);
    // g rows of m columns, which are never divided, against one column of g m rows.
    const Work apart = one_layer(Conv{1, {}}, {{1, k, g, m}, {n, k, 1, 1}});
    const Work together = one_layer(Conv{1, {}}, {{1, k, g * m, 1}, {n, k, 1, 1}});
    Choice c;
    c.parts[Dim::i] = parts;
    c.t = extents({{Dim::i, rng.between(1, g / parts)}, {Dim::out, rng.between(1, n)}}, INT64_MAX);
    c.b = extents({{Dim::i, rng.between(1, c.t[Dim::i])}, {Dim::in, rng.between(1, k)}}, INT64_MAX);
    c.p = {{{Dim::in, 4}}, {{Dim::out, 4}}, {{Dim::out, 2}}, {}};
    c.t_order = rng.coin() ? std::vector{Dim::out, Dim::i} : std::vector{Dim::i, Dim::out};
    c.b_order = rng.coin() ? std::vector{Dim::in, Dim::i} : std::vector{Dim::i, Dim::in};
    Choice of_together = c;
    of_together.t[Dim::i] *= m;
    of_together.b[Dim::i] *= m;
    check_alike(apart, complete(apart, c), together, complete(together, of_together), system,
                system.precisions.at("fp16"));
  }
}

TEST_CASE("orders may name dims that have no loop", "[laws]") {
  for_random_layers(500, [](const LayerCase& c) {
    MappingChoice choice;
    choice.parts = c.dsc.core_d.parts;
    choice.share = c.dsc.core_d.share;
    choice.t = c.dsc.t;
    choice.b = c.dsc.b;
    choice.p = c.dsc.p;
    for (const DataStructure& data : c.dsc.data_structures) {
      choice.types.push_back({data.transfers[0].type, data.transfers.back().type});
      const DataTransfer& inner = data.transfers.back();
      choice.inner.push_back(inner_place(inner, data.role));
      if (data.transfers.size() == 1 && at_array(inner, data.role))
        choice.past_lx = choice.inner.size() - 1;
    }
    // The loops in their order, the other dims somewhere between.
    DimSet looped[2] = {0, 0};
    for (const LoopRef& loop : c.dsc.loop_order) {
      const bool block = loop.stage == Stage::B;
      (block ? choice.b_order : choice.t_order).push_back(loop.dim);
      looped[block] |= bit(loop.dim);
    }
    for (auto [order, loops] :
         {std::pair{&choice.t_order, looped[0]}, {&choice.b_order, looped[1]}})
      for (Dim d : kDims)
        if (!contains(loops, d))
          order->insert(order->begin() + c.rng.below(static_cast<int64_t>(order->size()) + 1), d);
    RapidDsc composed = compose(c.work, choice);
    composed.core_d.ring_order = c.dsc.core_d.ring_order;
    for (size_t o = 0; o < composed.data_structures.size(); ++o)
      composed.data_structures[o].transfers[0].slide = c.dsc.data_structures[o].transfers[0].slide;
    CHECK(print_rapid_dsc(composed) == print_rapid_dsc(c.dsc));
    CHECK(composed == c.dsc);
  });
}
