// The greedy answer: legal, priced right, never worse than what it starts from, and never better
// than the best of the full space, on random problems of all kinds. A failure prints its seed;
// DSE_SEED=n runs that one alone.
#include "dse/greedy/greedy.h"

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/greedy/bodies.h"
#include "dse/greedy/divisions.h"
#include "dse/greedy/steps.h"
#include "dse/search.h"
#include "dse/space/space.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/random_layers.h"
#include "tests/support/seeds.h"
#include "tests/support/systems.h"
#include "tests/unit/dse/tiny_problems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

Best nothing_yet() { return {static_cast<Measure>(INT64_MAX) << 60, {}}; }

// Whether the seed gave a layer.
bool run_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "greedy"), 0};
  Network net(seed);
  if (rng.below(3) != 0)
    add_tiny_array_layer(net, rng, 3, 5);
  else
    add_random_layer(net, rng);
  const std::vector<Work> works = describe(net.graph).value();
  const System system = tiny_system(rng, {4, 4});
  const PrecisionInfo precision = random_precision(rng, system);
  if (works.empty() || works[0].points() > 5000) return false;
  const Work& work = works[0];
  INFO("replay with DSE_SEED=" << seed << "\n" << print(net.graph));
  SearchOptions options;
  options.jobs = 1;
  options.reach = Reach::Full;
  const auto optimal = search_layer(work, system, precision, options);
  const Problem problem(work, system, precision, Goal::Latency, Reach::Full);
  Counters counters;
  const Best found = greedy_mapping(problem, nothing_yet(), {}, counters);
  if (!optimal) {
    CHECK(found.value == nothing_yet().value);
    return true;
  }
  REQUIRE(optimal->proven);
  if (found.value == nothing_yet().value) return true;  // its blocks never fit
  INFO(print_rapid_dsc(found.dsc));
  CHECK_FALSE(first_rejection(work, system, precision, found.dsc));
  CHECK((found.value == price(work, system, precision, found.dsc).cost.cycles));
  CHECK((found.value >= optimal->value));
  const Space space(work, system);
  CHECK(space.index_of(found.dsc));
  Counters again;
  CHECK(greedy_mapping(problem, nothing_yet(), {}, again).dsc == found.dsc);
  CHECK(again.effort == counters.effort);
  // What is better already is kept.
  const Best best{optimal->value, optimal->best};
  const Best kept = greedy_mapping(problem, best, {}, again);
  CHECK((kept.value == best.value));
  CHECK(kept.dsc == best.dsc);
  return true;
}

}  // namespace

TEST_CASE("the greedy answer is legal, priced right and no better than the best", "[dse]") {
  run_seeds("DSE", 100, run_seed);
}

TEST_CASE("what is greedy for energy takes less of it than what is greedy for cycles", "[dse]") {
  const System system = rapid_chip();
  const PrecisionInfo& precision = system.precisions.at("fp16");
  const Work work = conv_work({1, 1, 64, 64, 56, 56, square_window(3, 1, 1)});
  const auto cycles_of = [&](const Best& b) {
    return price(work, system, precision, b.dsc).cost.cycles;
  };
  Counters counters;
  const Problem latency(work, system, precision, Goal::Latency, Reach::Full);
  const Best fast = greedy_mapping(latency, nothing_yet(), {}, counters);
  for (Goal goal : {Goal::Energy, Goal::Edp}) {
    const Problem problem(work, system, precision, goal, Reach::Full);
    const Best own = greedy_mapping(problem, nothing_yet(), {}, counters);
    CHECK((own.value == problem.counted_value(own.dsc, cycles_of(own))));
    CHECK((own.value < problem.counted_value(fast.dsc, cycles_of(fast))));
    CHECK(fast.value < cycles_of(own));
  }
}

TEST_CASE("promising divisions leave no core a part that its share does not need", "[dse]") {
  const System system = rapid_chip();
  const PrecisionInfo& precision = system.precisions.at("fp16");
  const Work work = conv_work({1, 1, 64, 64, 28, 28, square_window(3, 1, 1)});
  const Problem problem(work, system, precision, Goal::Latency, Reach::Full);
  const std::vector<CoreDivision> found = greedy::promising_divisions(problem, 12);
  REQUIRE(found.size() == 12);
  for (const CoreDivision& d : found) {
    int64_t parts = 1;
    for (Dim dim : kDims) {
      parts *= d.parts[dim];
      const int64_t share = ceil_div(work.extent[dim], d.parts[dim]);
      CHECK(ceil_div(work.extent[dim], share) == d.parts[dim]);
    }
    CHECK(parts <= 32);
  }
}

TEST_CASE("orders keep an operand in place: its other dims stand innermost", "[dse]") {
  const System system = rapid_chip();
  const PrecisionInfo& precision = system.precisions.at("fp16");
  const Work work = conv_work({2, 1, 64, 64, 28, 28, square_window(3, 1, 1)});
  const Problem problem(work, system, precision, Goal::Latency, Reach::Full);
  const std::vector<greedy::Order> orders = greedy::kept_orders(problem);
  REQUIRE(orders.size() == 6);
  // OUT stays while the reduction goes on, and INP while `out` does.
  CHECK(orders[0] ==
        greedy::Order{Dim::mb, Dim::i, Dim::j, Dim::out, Dim::grp, Dim::in, Dim::ki, Dim::kj});
}

TEST_CASE("blocks of even pieces are whole multiples of what lies on the array", "[dse]") {
  CHECK(greedy::even_piece(56, 8, 1) == 56);
  CHECK(greedy::even_piece(56, 8, 2) == 32);  // 7 units as 4 and 3
  CHECK(greedy::even_piece(56, 8, 20) == 8);  // one unit at least
  CHECK(greedy::even_piece(5, 8, 3) == 5);
}

TEST_CASE("a step keeps the number of blocks where the tile changes", "[dse]") {
  const System system = rapid_chip();
  const PrecisionInfo& precision = system.precisions.at("fp16");
  const Work work = conv_work({1, 1, 64, 64, 28, 28, square_window(3, 1, 1)});
  const Problem problem(work, system, precision, Goal::Latency, Reach::Full);
  greedy::Draft draft;
  draft.t = work.extent;
  draft.b = work.extent;
  draft.b[Dim::i] = 14;
  const auto half = greedy::take(problem, draft, {greedy::StepKind::TilePieces, Dim::i, Dim::i, 1});
  REQUIRE(half.has_value());
  CHECK(half->t[Dim::i] == 14);
  CHECK(ceil_div(half->t[Dim::i], half->b[Dim::i]) == 2);
  CHECK(half->b[Dim::j] == 28);
  CHECK_FALSE(greedy::take(problem, draft, {greedy::StepKind::TilePieces, Dim::i, Dim::i, -1}));
}
