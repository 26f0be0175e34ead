// The search where the slowest level counts alone, against plain enumeration of the space, priced
// by price_max_of_levels() and energy(): the same value under each goal, on random tiny problems of
// all kinds and random machines. A failure prints its seed; DSE_SEED=n runs that one alone,
// DSE_CASES=n so many.
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "costmodel/levels.h"
#include "dse/search.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/seeds.h"
#include "tests/support/systems.h"
#include "tests/unit/dse/enumeration.h"
#include "tests/unit/dse/tiny_problems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// Whether the seed's layer had few enough mappings.
bool run_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "overlap"), 0};
  Network net(seed);
  add_tiny_layer(net, rng);
  const std::vector<Work> works = describe(net.graph).value();
  System system = tiny_machine(rng);
  if (rng.below(3) == 0) {  // operands stream into the PEs
    system.array.l0_bytes = 0;
    system.array.sums_in_lrf = true;
    system.array.lrf_bytes = rng.between(8, 60);
  }
  vary_energy(rng, system);
  const PrecisionInfo precision = random_precision(rng, system);
  if (works.empty() || works[0].points() > 5000) return false;
  INFO("replay with DSE_SEED=" << seed << "\n" << print(net.graph));
  const auto least = enumerate_through_lx(works[0], system, precision, kGoals, price_max_of_levels);
  if (!least) return false;
  const std::vector<Least>& expected = *least;
  for (size_t g = 0; g < 3; ++g) {
    SearchOptions options;
    options.goal = kGoals[g];
    options.timing = TimingModel::MaxOfLevels;
    options.max_evaluations = INT64_MAX;
    INFO(name_of(kGoals[g]));
    const auto found = search_layer(works[0], system, precision, options);
    REQUIRE(found.has_value() == (expected[g].value >= 0));
    if (!found) continue;
    INFO(print_rapid_dsc(found->best) << "\nby enumeration:\n" << print_rapid_dsc(expected[g].dsc));
    CHECK((found->value == expected[g].value));
    CHECK(found->proven);
    options.max_evaluations = static_cast<int64_t>(seed % 200);
    const auto ended = search_layer(works[0], system, precision, options);
    REQUIRE(ended.has_value());
    CHECK((ended->lower_bound <= expected[g].value));
    CHECK((ended->value >= expected[g].value));
  }
  return true;
}

}  // namespace

TEST_CASE("where the slowest level counts, the search finds what enumeration finds", "[dse]") {
  run_seeds("DSE", 100, run_seed);
}
