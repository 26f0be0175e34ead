// The exhaustive search against a plain walk over the space by index, first_rejection() and price()
// of each: the same best mapping and as many legal ones, on random tiny problems. A failure prints
// its seed; DSE_SEED=n runs that one alone, DSE_CASES=n so many.

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/exhaustive/exhaustive.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/random_layers.h"
#include "tests/support/seeds.h"
#include "tests/unit/dse/enumeration.h"
#include "tests/unit/dse/random_constraints.h"
#include "tests/unit/dse/tiny_problems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// Legal mappings of a space.
struct Walked {
  std::optional<Best> best, last;
  int64_t legal = 0, past_lx = 0, sums_divided = 0, slide = 0;
};

void count(Walked& walked, const Work& work, const RapidDsc& dsc) {
  ++walked.legal;
  bool divided = false, slide = false;
  for (Dim d : kDims) divided |= contains(work.reduction, d) && dsc.core_d.parts[d] > 1;
  for (const DataStructure& data : dsc.data_structures) {
    slide |= data.transfers[0].slide;
    const bool array = work.kind == WorkKind::Array && data.role != Role::Bias;
    walked.past_lx += array && data.transfers.size() == 1 ? 1 : 0;
  }
  walked.sums_divided += divided ? 1 : 0;
  walked.slide += slide ? 1 : 0;
}

Walked walk(const Problem& problem, const Space& space) {
  Walked walked;
  Outcome outcome;
  each_legal(problem.work, problem.system, problem.precision, space, [&](const RapidDsc& dsc) {
    const int64_t cycles = price(problem.work, problem.system, problem.precision, dsc).cost.cycles;
    walked.last = Best{problem.counted_value(dsc, cycles), dsc};
    if (walked.legal == 0) outcome.best = *walked.last;
    outcome.adopt(*walked.last);
    count(walked, problem.work, dsc);
  });
  if (walked.legal > 0) walked.best = outcome.best;
  return walked;
}

Constraints random_limits(Rng& rng) {
  Constraints constraints;
  switch (rng.below(3)) {
    case 0:
      constraints.past_lx = {0};
      return constraints;
    case 1:
      return constraints;
    default:
      for (const ClauseAt& at : random_clauses(rng, 3)) narrow(constraints, at.clause);
      return constraints;
  }
}

// Rows under a window, whose tiles may slide.
void add_window(Network& net, Rng& rng) {
  const int64_t kernel = rng.between(2, 3), pad = rng.below(2), rows = rng.between(3, 4);
  const Window window{{kernel, 1}, {1, 1}, {1, 1}, {pad, 0}, {pad, 0}};
  net.output(net.node("layer", Conv{1, window},
                      {net.input("x", {1, 1, rows + kernel - 1 - 2 * pad, 1}),
                       net.constant("w", {1, 1, kernel, 1})}));
}

void add_layer(Network& net, Rng& rng) {
  constexpr int64_t kMost[] = {12, 6, 4, 3};
  const int64_t several = rng.between(1, 4);
  switch (rng.below(6)) {
    case 0:
      return add_random_layer(net, rng);
    case 1:
      return add_window(net, rng);
    default:
      return add_tiny_array_layer(net, rng, several, kMost[several - 1]);
  }
}

System random_system(Rng& rng) {
  System system = tiny_system(rng, {3, 3});
  system.core.corelets = rng.between(1, 2);
  if (rng.coin()) system.chip.memory_stops.clear();  // else nothing may bypass Lx
  if (rng.below(4) == 0) {                           // more room, or each place binds
    system.core.lx_bytes *= 16;
    system.array.l0_bytes *= 4;
    system.array.accumulators *= 4;
  }
  return system;
}

// Of how many layers some mapping did so.
struct Tally {
  int past_lx = 0, sums_divided = 0, slide = 0;
};

// Whether the seed gave a case.
bool run_seed(uint64_t seed, Tally& tally) {
  constexpr int64_t kMostMappings = 30000;
  Rng rng{stream_seed(seed, "every"), 0};
  Network net(seed);
  add_layer(net, rng);
  const std::vector<Work> works = describe(net.graph).value();
  const System system = random_system(rng);
  const PrecisionInfo precision = random_precision(rng, system);
  if (works.empty() || works[0].points() > 5000) return false;
  const Goal goal = rng.below(8) == 0 ? Goal::Edp : Goal::Latency;
  const Problem problem(works[0], system, precision, goal, Reach::Full);
  const Constraints constraints = random_limits(rng);
  const Space space(works[0], system, constraints);
  if (space.size() > kMostMappings) return false;
  INFO("replay with DSE_SEED=" << seed << "\n" << print(net.graph));
  const Walked walked = walk(problem, space);
  if (!walked.best) return false;
  SearchOptions options;
  options.max_evaluations = INT64_MAX;
  const Outcome found = exhaustive::search(problem, space, constraints, options, *walked.last,
                                           rng.coin() ? 1 : exhaustive::kStepsAtOnce);
  INFO(print_rapid_dsc(found.best.dsc) << "\nby index:\n" << print_rapid_dsc(walked.best->dsc));
  INFO(static_cast<int64_t>(found.best.value)
       << ", by index " << static_cast<int64_t>(walked.best->value));
  CHECK((found.best.value == walked.best->value));
  CHECK(found.best.dsc == walked.best->dsc);
  CHECK(found.counters.evaluated == walked.legal);
  CHECK(found.proven);
  CHECK((found.bound == walked.best->value));
  tally.past_lx += walked.past_lx > 0 ? 1 : 0;
  tally.sums_divided += walked.sums_divided > 0 ? 1 : 0;
  tally.slide += walked.slide > 0 ? 1 : 0;
  return true;
}

}  // namespace

TEST_CASE("exhaustive prices the legal mappings of the space, and finds the least best one",
          "[dse]") {
  Tally tally;
  const auto wanted = run_seeds("DSE", 100, [&](uint64_t seed) { return run_seed(seed, tally); });
  if (!wanted) return;
  CAPTURE(tally.past_lx, tally.sums_divided, tally.slide);
  CHECK(tally.past_lx > *wanted / 20);
  CHECK(tally.sums_divided > *wanted / 20);
  CHECK(tally.slide > *wanted / 20);
}

namespace {

// Each dim behind those that the order names before it.
DimMap<DimSet> in_this_order(const std::vector<Dim>& order) {
  DimMap<DimSet> outside{};
  DimSet before = 0;
  for (Dim d : order) {
    outside[d] = before;
    before |= bit(d);
  }
  return outside;
}

// All that a mapping says but for places, bypass and hops.
Constraints with_loops_of(const Work& work, const RapidDsc& dsc) {
  const std::optional<Point> point = point_of(work, dsc);
  Constraints constraints;
  constraints.shares = SetOf<ShareRule>::of({dsc.core_d.share});
  for (Dim d : kDims) {
    constraints.parts[d] = {dsc.core_d.parts[d], dsc.core_d.parts[d]};
    constraints.t[d] = {dsc.t[d], dsc.t[d]};
    constraints.b[d] = {dsc.b[d], dsc.b[d]};
  }
  for (Axis axis : kAxes) {
    auto& factors = constraints.axes[static_cast<size_t>(axis)].factors;
    for (Dim d : kDims) factors[d] = {1, 1};
    for (const Unroll& u : along(dsc.p, axis)) factors[u.dim] = {u.factor, u.factor};
  }
  constraints.outside = {in_this_order(dsc.core_d.ring_order), in_this_order(point->t_order),
                         in_this_order(point->b_order)};
  return constraints;
}

// Of layers as large as real ones, all mappings with the loops of one that is drawn.
void compare_around_drawn(const Work& work, const System& system, Rng& rng) {
  const PrecisionInfo& precision = system.precisions.at("fp16");
  const Problem problem(work, system, precision, Goal::Latency, Reach::Full);
  const Space all(work, system);
  for (int drawn = 0; drawn < 3;) {
    const RapidDsc dsc = all.sample(rng);
    if (first_rejection(work, system, precision, dsc)) continue;
    const Constraints constraints = with_loops_of(work, dsc);
    const Space space(work, system, constraints);
    ++drawn;
    const Walked walked = walk(problem, space);
    REQUIRE(walked.best);
    SearchOptions options;
    options.max_evaluations = INT64_MAX;
    const Outcome found = exhaustive::search(problem, space, constraints, options, *walked.last);
    INFO(print_rapid_dsc(found.best.dsc) << static_cast<int64_t>(found.best.value) << ", by index "
                                         << static_cast<int64_t>(walked.best->value));
    CHECK((found.best.value == walked.best->value));
    CHECK(found.best.dsc == walked.best->dsc);
    CHECK(found.counters.evaluated == walked.legal);
  }
}

}  // namespace

TEST_CASE("exhaustive prices mappings of large layers as price() does", "[dse]") {
  Rng rng{stream_seed(0, "drawn"), 0};
  System system = small_system(4);
  system.core.lx_bytes = int64_t{1} << 18;
  system.array.l0_bytes = int64_t{1} << 14;
  system.array.lrf_bytes = 2048;
  system.array.accumulators = 64;
  SECTION("convolution") {
    compare_around_drawn(conv_work({1, 1, 64, 96, 28, 30, square_window(3, 1, 1), true}), system,
                         rng);
  }
  SECTION("with a stride") {
    compare_around_drawn(conv_work({2, 1, 24, 36, 14, 15, square_window(3, 2, 1), false}), system,
                         rng);
  }
  SECTION("matrix product") { compare_around_drawn(matmul_work(2, 60, 300, 70), system, rng); }
}

TEST_CASE("exhaustive cut short has priced fewer, and its bound holds", "[dse]") {
  Rng rng{stream_seed(0, "cut"), 0};
  Network net(0);
  net.output(
      net.node("layer", MatMul{}, {net.input("x", {1, 3, 4}), net.constant("w", {1, 4, 2})}));
  const Work work = describe(net.graph).value()[0];
  const System system = small_system(1);
  SearchOptions options;
  options.method = Method::Exhaustive;
  options.max_evaluations = INT64_MAX;
  const PrecisionInfo& precision = system.precisions.at("fp16");
  const auto all = search_layer(work, system, precision, options);
  REQUIRE(all.has_value());
  REQUIRE(all->proven);
  for (options.max_evaluations = 1; options.max_evaluations < all->effort;
       options.max_evaluations = 2 * options.max_evaluations + rng.between(0, 9)) {
    const auto some = search_layer(work, system, precision, options);
    REQUIRE(some.has_value());
    CHECK_FALSE(some->proven);
    CHECK(some->evaluated <= options.max_evaluations);
    CHECK(some->evaluated < all->evaluated);
    CHECK((some->value >= all->value));
    CHECK((some->lower_bound <= all->value));
  }
}
