// The search against plain enumeration of the declared space, priced by price() and energy(): equal
// under each objective on random tiny problems, and no bound above what it bounds. A failure prints
// its seed; DSE_SEED=n runs that one alone.

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "dse/search.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/seeds.h"
#include "tests/unit/dse/enumeration.h"
#include "tests/unit/dse/tiny_problems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// Whether the seed's layer had few enough mappings.
bool run_seed(uint64_t seed, Goal goal) {
  Rng rng{stream_seed(seed, "dse"), 0};
  Network net(seed);
  if (rng.coin())
    add_tiny_array_layer(net, rng, 3, 8);
  else
    add_random_layer(net, rng);
  const std::vector<Work> works = describe(net.graph).value();
  if (works.empty()) return false;
  System system = tiny_system(rng, {4, 4});
  vary_energy(rng, system);
  const PrecisionInfo precision = random_precision(rng, system);
  const Work& work = works[0];
  if (work.points() > 600) return false;
  INFO("replay with DSE_SEED=" << seed << "\n" << print(net.graph));
  const Measure expected = enumerate_balanced(work, system, precision, goal, rng.below(4) == 0);
  if (expected == -2) return false;
  SearchOptions options;
  options.jobs = 1;
  options.goal = goal;
  const auto found = search_layer(work, system, precision, options);
  if (expected == -1) {
    CHECK_FALSE(found.has_value());
    return true;
  }
  REQUIRE(found.has_value());
  INFO(print_rapid_dsc(found->best));
  INFO(static_cast<double>(found->value) << " == " << static_cast<double>(expected));
  CHECK((found->value == expected));
  CHECK(found->proven);
  CHECK(found->gap == 0);
  return true;
}

}  // namespace

TEST_CASE("the search finds what enumeration finds", "[dse]") {
  const Goal goal = GENERATE(Goal::Latency, Goal::Energy, Goal::Edp);
  INFO("objective " << name_of(goal));
  run_seeds("DSE", goal == Goal::Latency ? 150 : 80,
            [&](uint64_t seed) { return run_seed(seed, goal); });
}

TEST_CASE("results and counters do not depend on the number of threads", "[dse]") {
  const Goal goal = GENERATE(Goal::Latency, Goal::Energy, Goal::Edp);
  for (uint64_t seed = 0; seed < 12; ++seed) {
    Rng rng{stream_seed(seed, "jobs"), 0};
    Network net(seed);
    add_random_layer(net, rng);
    const std::vector<Work> works = describe(net.graph).value();
    if (works.empty()) continue;
    System system = small_system();
    system.energy = {50, 200, 100, 800, 32000, 1000, 1000};
    SearchOptions options;
    options.goal = goal;
    options.jobs = 1;
    options.max_evaluations = 200000;
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
