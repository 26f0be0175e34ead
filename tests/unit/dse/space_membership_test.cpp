// Every legal mapping, written as the space writes it, is in it, and takes no longer so; and large
// layers, by random indices. A failure prints its seed; SPACE_SEED=n runs that one alone.
#include <cstdlib>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "compiler/mapping/share.h"
#include "costmodel/price.h"
#include "dse/space/space.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/random_system.h"
#include "tests/unit/dse/naive_space.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

bool loops_move(const RapidDsc& dsc, Stage stage, DimSet dims) {
  return std::any_of(dsc.loop_order.begin(), dsc.loop_order.end(),
                     [&](LoopRef loop) { return loop.stage == stage && contains(dims, loop.dim); });
}

// In the order of kDims, without dims of one index and factors of 1.
void tidy(const Work& work, std::vector<Unroll>& axis) {
  for (Unroll& u : axis) u.factor = std::min(u.factor, work.extent[u.dim]);
  std::erase_if(axis, [](const Unroll& u) { return u.factor == 1; });
  std::sort(axis.begin(), axis.end());
}

RapidDsc canonical(const Work& work, RapidDsc dsc) {
  bool differ = false;
  for (Dim d : kDims)
    differ = differ || slices(work.extent[d], dsc.core_d.parts[d], ShareRule::Greedy) !=
                           slices(work.extent[d], dsc.core_d.parts[d], ShareRule::Balanced);
  if (!differ) dsc.core_d.share = ShareRule::Balanced;
  for (auto* axis : {&dsc.p.rows, &dsc.p.columns, &dsc.p.lanes, &dsc.p.corelets}) tidy(work, *axis);
  for (size_t x = 0; x < work.operands.size(); ++x)
    for (DataTransfer& hop : dsc.data_structures[x].transfers) {
      const Operand& operand = work.operands[x];
      const bool inner = at_array(hop, operand.role);
      if (loops_move(dsc, inner ? Stage::B : Stage::T, operand.dims())) continue;
      const bool loaded = !inner || (operand.role != Role::Out && hop.dst == Place::Lrf);
      hop.type = loaded ? TransferType::BlockLoad : TransferType::Stream;
    }
  return dsc;
}

void check_member(const Work& work, const System& system, const RapidDsc& drawn) {
  const PrecisionInfo& precision = system.precisions.at(system.default_precision);
  const RapidDsc dsc = canonical(work, drawn);
  CAPTURE(print_rapid_dsc(drawn), print_rapid_dsc(dsc));
  const Space space(work, system);
  const auto index = space.index_of(dsc);
  CHECK(index.has_value());
  if (index) CHECK(space.at(*index) == dsc);
  const auto broken = first_rejection(work, system, precision, dsc);
  CHECK(!broken);
  if (!broken)
    CHECK(price(work, system, precision, dsc).cost.cycles <=
          price(work, system, precision, drawn).cost.cycles);
  if (dsc != drawn) CHECK(!space.index_of(drawn));
}

}  // namespace

TEST_CASE("legal mappings are in the space", "[dse][space]") {
  const char* only = std::getenv("SPACE_SEED");
  const uint64_t first = only != nullptr ? std::strtoull(only, nullptr, 10) : 0;
  for (uint64_t seed = first; seed < (only != nullptr ? first + 1 : 300); ++seed) {
    Rng rng{seed, 0};
    Network net(rng.next());
    add_random_layer(net, rng);
    const System system = random_system(rng);
    const Plan plan = random_plan(rng, net.graph, system, system.default_precision);
    const std::vector<Work> works = describe(net.graph).value();
    for (size_t k = 0; k < works.size(); ++k) {
      INFO("SPACE_SEED=" << seed << ", " << works[k].primitive);
      check_member(works[k], system, plan.layers[k].dsc);
    }
  }
}

TEST_CASE("large layers: indices there and back", "[dse][space]") {
  const Graph pool =
      one_node(Pool{PoolKind::Max, square_window(3, 2, 1)}, {{4, 64, 112, 112}}, 1, "Pool");
  const Graph reduce = one_node(Reduce{ReduceKind::Max, {1}}, {{100000, 1000003}}, 1, "Reduce");
  const Work works[] = {
      conv_work({1, 1, 64, 64, 56, 56, square_window(3, 1, 1)}),
      conv_work({1, 1, 3, 64, 224, 224, square_window(7, 2, 3), true}),
      conv_work({8, 32, 16, 16, 14, 14, square_window(3, 1, 1)}),
      matmul_work(12, 128, 64, 128),
      describe(pool).value().front(),
      describe(reduce).value().front(),
  };
  Rng rng{7, 0};
  for (const char* name : {"rapid-chip", "eyeriss-like", "generic-256", "tpu-32"})
    for (const Work& work : works) {
      CAPTURE(name, work.primitive);
      const System system = shipped(name);
      const Space space(work, system);
      const mpz_class ends[] = {0, space.size() - 1};
      for (const mpz_class& end : ends) CHECK(space.index_of(space.at(end)) == end);
      for (int k = 0; k < 40; ++k) {
        const RapidDsc dsc = space.sample(rng);
        CAPTURE(print_rapid_dsc(dsc));
        CHECK(declared(work, system, dsc));
        const auto index = space.index_of(dsc);
        CHECK(index.has_value());
        if (index) CHECK(space.at(*index) == dsc);
      }
    }
}

TEST_CASE("samples are spread evenly", "[dse][space]") {
  const Graph graph = one_node(Reduce{ReduceKind::Max, {0}}, {{5, 4}}, 1, "Reduce");
  const Work work = describe(graph).value().front();
  const Space space(work, small_system(2));
  REQUIRE(space.size() > 200);
  REQUIRE(space.size() < 2000);
  std::vector<int> drawn(space.size().get_ui());
  Rng rng{1, 0};
  const int each = 50;
  for (size_t k = 0; k < each * drawn.size(); ++k)
    ++drawn[space.index_of(space.sample(rng)).value().get_ui()];
  // 50 +- 7, some hundreds of times.
  CHECK(*std::min_element(drawn.begin(), drawn.end()) > each / 3);
  CHECK(*std::max_element(drawn.begin(), drawn.end()) < each * 2);
}

TEST_CASE("what is no mapping of the layer's form is outside", "[dse][space]") {
  const Work work = conv_work({1, 1, 4, 4, 6, 6, square_window(3, 1, 1)});
  const System system = rapid_chip();
  const Space space(work, system);
  Rng rng{3, 0};
  const RapidDsc dsc = space.sample(rng);
  CHECK(!space.index_of(RapidDsc{}));
  const auto outside = [&](const std::function<void(RapidDsc&)>& change) {
    RapidDsc other = dsc;
    change(other);
    return !space.index_of(other);
  };
  CHECK(outside([](RapidDsc& d) { d.n[Dim::out] = 5; }));
  CHECK(outside([](RapidDsc& d) { d.core_d.parts[Dim::out] = 0; }));
  CHECK(outside([](RapidDsc& d) { d.core_d.parts[Dim::mb] = 2; }));
  CHECK(outside([](RapidDsc& d) { d.chip_d.x[Dim::out] = 2; }));
  CHECK(outside([](RapidDsc& d) { d.core_d.ring_order = {Dim::mb, Dim::mb}; }));
  CHECK(outside([](RapidDsc& d) { d.t[Dim::out] = 5; }));
  CHECK(outside([](RapidDsc& d) { d.t[Dim::grp] = 2; }));
  CHECK(outside([](RapidDsc& d) { d.b[Dim::in] = 0; }));
  CHECK(outside([](RapidDsc& d) { d.p.rows = {{Dim::in, 1}}; }));
  CHECK(outside([](RapidDsc& d) { d.p.rows = {{Dim::kj, 2}, {Dim::in, 2}}; }));
  CHECK(outside([](RapidDsc& d) { d.loop_order.push_back({Stage::B, Dim::grp}); }));
  CHECK(outside([](RapidDsc& d) { d.data_structures.pop_back(); }));
  CHECK(outside([](RapidDsc& d) { d.data_structures[0].transfers.clear(); }));
  CHECK(outside([](RapidDsc& d) { d.comp_primitives.emplace_back("bias"); }));
}
