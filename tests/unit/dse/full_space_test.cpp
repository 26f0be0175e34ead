// The search of the full space against plain enumeration of it, priced by price(): the same cycles
// on random tiny problems of all kinds and on random machines. A failure prints its seed;
// DSE_SEED=n runs that one alone, DSE_CASES=n so many.
#include <array>
#include <span>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/search.h"
#include "dse/space/space.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/seeds.h"
#include "tests/unit/dse/enumeration.h"
#include "tests/unit/dse/tiny_problems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// Fewest cycles of all mappings; -1: none is legal. -2: too many.
int64_t enumerate(const Work& work, const System& system, const PrecisionInfo& precision,
                  RapidDsc& best) {
  constexpr int64_t kMost = 20000;
  const Space space(work, system, {});
  if (space.size() > kMost) return -2;
  int64_t least = -1;
  each_legal(work, system, precision, space, [&](const RapidDsc& dsc) {
    const int64_t cycles = price(work, system, precision, dsc).cost.cycles;
    if (least >= 0 && cycles >= least) return;
    least = cycles;
    best = dsc;
  });
  return least;
}

// Whether the seed's layer had few enough mappings. Searches with all rules, then without each of
// `without`.
bool run_seed(uint64_t seed, const std::string& stream, std::span<const Rule> without) {
  Rng rng{stream_seed(seed, stream), 0};
  Network net(seed);
  add_tiny_layer(net, rng);
  const std::vector<Work> works = describe(net.graph).value();
  const System system = tiny_machine(rng);
  const PrecisionInfo precision = random_precision(rng, system);
  if (works.empty() || works[0].points() > 5000) return false;
  INFO("replay with DSE_SEED=" << seed << "\n" << print(net.graph));
  RapidDsc best;
  const int64_t expected = enumerate(works[0], system, precision, best);
  if (expected == -2) return false;
  SearchOptions options;
  options.jobs = 1;
  options.reach = Reach::Full;
  options.bypass = true;
  const auto found = search_layer(works[0], system, precision, options);
  REQUIRE(found.has_value() == (expected >= 0));
  if (expected < 0) return true;
  INFO(print_rapid_dsc(found->best) << "\nby enumeration:\n" << print_rapid_dsc(best));
  CHECK(found->price.cost.cycles == expected);
  CHECK(found->proven);
  for (const Rule rule : without) {
    INFO("without " << name_of(rule));
    SearchOptions fewer = options;
    fewer.rules.disable(rule);
    const auto same = search_layer(works[0], system, precision, fewer);
    REQUIRE(same.has_value());
    CHECK(same->price.cost.cycles == expected);
    CHECK(same->proven);
    CHECK(same->pruned.count(std::string(name_of(rule))) == 0);
  }
  return true;
}

void run_cases(const std::string& stream, std::span<const Rule> without, int usual) {
  run_seeds("DSE", usual, [&](uint64_t seed) { return run_seed(seed, stream, without); });
}

}  // namespace

TEST_CASE("the search of the full space finds what enumeration finds", "[dse]") {
  run_cases("full", {}, 100);
}

TEST_CASE("the full space has the same optimum without any of the rules", "[dse]") {
  using enum Rule;
  constexpr std::array kRules{TripsBound, TileBound,   WaveformBound, LxCapacity,    OrderBound,
                              BodyTable,  UnrollBound, BlockBound,    ArrayCapacity, BodyBound};
  run_cases("rules", kRules, 100);
}

TEST_CASE("in the full space, too, threads change neither result nor counters", "[dse]") {
  for (uint64_t seed = 0; seed < 8; ++seed) {
    Rng rng{stream_seed(seed, "jobs"), 0};
    Network net(seed);
    add_random_layer(net, rng);
    const std::vector<Work> works = describe(net.graph).value();
    if (works.empty()) continue;
    const System system = small_system();
    SearchOptions options;
    options.reach = Reach::Full;
    options.bypass = true;
    options.jobs = 1;
    options.max_evaluations = 20000;
    const auto one = search_layer(works[0], system, system.precisions.at("fp16"), options);
    REQUIRE(one.has_value());
    for (int jobs : {2, 5}) {
      options.jobs = jobs;
      const auto many = search_layer(works[0], system, system.precisions.at("fp16"), options);
      CHECK(many->best == one->best);
      CHECK(many->evaluated == one->evaluated);
      CHECK(many->pruned == one->pruned);
      CHECK((many->lower_bound == one->lower_bound));
    }
  }
}
