// The attack itself: that it is well-formed, draws everything, finds what there is, and does not
// depend on threads.
#include <algorithm>
#include <functional>

#include <tbb/global_control.h>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "tests/sampler/attack.h"
#include "tests/sampler/draw.h"
#include "tests/sampler/form.h"
#include "tests/sampler/neighbours.h"
#include "tests/sampler/proven.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/mapped_network.h"

namespace tilewright::sampler {
namespace {

Work small_conv() {
  return test::conv_work({.batch = 2,
                          .in = 12,
                          .out = 20,
                          .rows = 13,
                          .columns = 9,
                          .window = test::square_window(3, 1, 0),
                          .bias = true});
}
Work small_pool() {
  const Graph graph = test::one_node(Pool{PoolKind::Max, test::square_window(3, 2, 1)},
                                     {{1, 10, 21, 17}}, 1, "Pool");
  return describe(graph).value().front();
}

// With accumulators and L0; with memory stops; with sums in the PEs, fed without an L0.
std::vector<System> small_systems() {
  System plain = test::small_system(4);
  plain.energy = {50, 200, 100, 800, 32'000, 1000, 1000, 600};
  plain.precisions.at("fp16").mac_energy = 400;
  System ring = plain, in_pes = plain;
  ring.chip.cores = 6;
  ring.chip.memory_stops = {0, 4};
  in_pes.array.sums_in_lrf = true;
  in_pes.array.l0_bytes = 0;
  return {plain, ring, in_pes};
}

// Calls visit(layer) for small layers on small systems.
template <class Visit>
void for_layers(const Visit& visit) {
  for (const System& system : small_systems())
    for (const Work& work : {small_conv(), small_pool(), test::matmul_work(2, 30, 40, 50)}) {
      INFO(work.primitive << " with " << system.chip.memory_stops.size() << " stops, "
                          << system.array.l0_bytes << " bytes of L0");
      visit(Layer(work, system, system.precisions.at("fp16")));
    }
}

TEST_CASE("draws are well-formed, mostly legal, and have every feature that they may have") {
  FeatureSet seen = 0;
  for_layers([&](const Layer& layer) {
    for (FeatureSet allowed : {FeatureSet{0}, kSearched, kAllFeatures}) {
      const Samples drawn = sample(layer, {.allowed = allowed, .samples = 2000}, 5);
      CHECK(print(drawn.tally.seen & ~allowed) == "none");
      CHECK(drawn.tally.legal > 1900);
      REQUIRE(!drawn.best.empty());
      CHECK(std::is_sorted(drawn.best.begin(), drawn.best.end()));
      for (const Scored& s : drawn.best) {
        CHECK(formed(layer, s.dsc, allowed) == s.dsc);
        CHECK_FALSE(layer.rejection(s.dsc).has_value());
        CHECK(score(layer, Aim::Latency, s.dsc) == s.score);
      }
      seen |= drawn.tally.seen;
    }
  });
  CHECK(print(seen) == print(kAllFeatures));
}

TEST_CASE("neighbours are well-formed, each once, and have every feature that they may have") {
  FeatureSet seen = 0;
  for_layers([&](const Layer& layer) {
    Rng rng{7, 0};
    for (FeatureSet allowed : {FeatureSet{0}, kAllFeatures})
      for (int k = 0; k < 5; ++k) {
        const RapidDsc dsc = draw_legal(layer, allowed, rng).value();
        const std::vector<RapidDsc> around = neighbours(layer, dsc, allowed);
        CHECK(around.size() > 10);
        CHECK(std::adjacent_find(around.begin(), around.end(), std::greater_equal<>()) ==
              around.end());
        for (const RapidDsc& other : around) {
          if (other == dsc) FAIL("its own neighbour");
          if (formed(layer, other, allowed) != other) FAIL(print_rapid_dsc(other));
          if (layer.rejection(other)) continue;
          if ((features_of(layer, other) & ~allowed) != 0) FAIL(print_rapid_dsc(other));
          seen |= features_of(layer, other);
        }
      }
  });
  CHECK(print(seen) == print(kAllFeatures));
}

// One field of the mapping changed, all that follows from it made anew.
void expect_neighbour(const Layer& layer, const RapidDsc& dsc, const std::vector<RapidDsc>& around,
                      const std::function<void(RapidDsc&)>& change) {
  RapidDsc next = dsc;
  change(next);
  next = formed(layer, next, kAllFeatures);
  INFO(print_rapid_dsc(next));
  CHECK(next != dsc);
  CHECK(std::binary_search(around.begin(), around.end(), next));
}

TEST_CASE("every field has its single steps among the neighbours") {
  const Work work = test::matmul_work(1, 40, 48, 64);
  const System system = test::small_system(4);
  const Layer layer(work, system, system.precisions.at("fp16"));
  test::Choice choice;
  choice.parts[Dim::mb] = 2;
  choice.parts[Dim::out] = 2;
  choice.t = test::extents({{Dim::mb, 10}, {Dim::in, 12}, {Dim::out, 16}}, 1);
  choice.b = test::extents({{Dim::mb, 5}, {Dim::in, 4}, {Dim::out, 8}}, 1);
  choice.p = {{{Dim::in, 4}}, {{Dim::out, 4}}, {{Dim::out, 2}}, {{Dim::mb, 2}}};
  choice.t_order = {Dim::mb, Dim::out, Dim::in};
  choice.b_order = {Dim::mb, Dim::out, Dim::in};
  const RapidDsc dsc = formed(layer, test::complete(work, choice), kAllFeatures);
  REQUIRE_FALSE(layer.rejection(dsc).has_value());
  const std::vector<RapidDsc> around = neighbours(layer, dsc, kAllFeatures);
  const auto expect = [&](const std::function<void(RapidDsc&)>& change) {
    expect_neighbour(layer, dsc, around, change);
  };
  for (Dim d : {Dim::mb, Dim::in, Dim::out}) {
    for (int64_t by : {-1, 1}) {
      expect([&](RapidDsc& x) { x.t[d] += by; });
      expect([&](RapidDsc& x) { x.b[d] += by; });
    }
    expect([&](RapidDsc& x) { x.t[d] = 1; });
    expect([&](RapidDsc& x) { x.b[d] = x.t[d] = layer.share(x, d); });
    expect([&](RapidDsc& x) { x.b[d] = x.t[d]; });
  }
  expect([](RapidDsc& x) { x.core_d.parts[Dim::mb] = 4, x.core_d.parts[Dim::out] = 1; });
  expect([](RapidDsc& x) { x.core_d.parts[Dim::in] = 2, x.core_d.parts[Dim::out] = 1; });
  expect([](RapidDsc& x) { x.core_d.parts[Dim::mb] = 1; });
  for (size_t k : {0, 1, 3, 4})
    expect([&](RapidDsc& x) { std::swap(x.loop_order[k], x.loop_order[k + 1]); });
  expect([](RapidDsc& x) { std::rotate(&x.loop_order[0], &x.loop_order[2], &x.loop_order[3]); });
  for (size_t o : {0, 1, 2}) {
    expect([&](RapidDsc& x) { x.data_structures[o].transfers[0].type = TransferType::Stream; });
    expect([&](RapidDsc& x) { x.data_structures[o].transfers[0].type = TransferType::BlockLoad; });
    expect(
        [&](RapidDsc& x) { x.data_structures[o].transfers[1].type = TransferType::DoubleBuffer; });
    expect([&](RapidDsc& x) {
      OperandChoice c = choice_of(x.data_structures[o]);
      c.past_lx = true;
      set_choice(x.data_structures[o], c, true);
    });
  }
  expect([](RapidDsc& x) { x.data_structures[1].transfers[1].dst = Place::Lrf; });
  expect([](RapidDsc& x) { x.p.rows[0].factor = 3; });
  expect([](RapidDsc& x) { x.p.columns = {{Dim::mb, 4}}; });
  expect([](RapidDsc& x) { x.p.columns = {{Dim::out, 2}, {Dim::mb, 2}}; });
  expect([](RapidDsc& x) { x.p.corelets.clear(); });
}

TEST_CASE("from samples alone the attack comes to the proven best of small layers, or near it") {
  int64_t layers = 0, equal = 0;
  for_layers([&](const Layer& layer) {
    for (Aim aim : {Aim::Latency, Aim::Energy, Aim::Edp}) {
      const Proven proven = proven_best(layer, aim).value();
      REQUIRE(proven.proven);
      const AttackOptions options{.aim = aim, .samples = 2000};
      const Samples drawn = sample(layer, options, 3);
      Scored best = drawn.best.front();
      for (const Scored& start : drawn.best)
        best = std::min(best, climb(layer, options, start).best);
      CHECK(number(best.score, aim) <= 1.1 * number(proven.value, aim));
      ++layers;
      equal += best.score <= proven.value ? 1 : 0;
    }
  });
  CHECK(3 * equal > layers);
}

TEST_CASE("the attack does not depend on threads") {
  const Work work = small_conv();
  const System system = test::small_system(4);
  const Layer layer(work, system, system.precisions.at("fp16"));
  const AttackOptions options{.allowed = kAllFeatures, .samples = 500, .steps = 10};
  const auto with_threads = [&](size_t n) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, n);
    const Samples drawn = sample(layer, options, 3);
    return std::pair{drawn, climb(layer, options, drawn.best[0])};
  };
  const auto one = with_threads(1);
  for (size_t n : {2, 5}) {
    const auto many = with_threads(n);
    CHECK(many.first == one.first);
    CHECK(many.second == one.second);
  }
}

}  // namespace
}  // namespace tilewright::sampler
