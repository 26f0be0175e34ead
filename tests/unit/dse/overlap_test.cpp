// The search where the slowest level counts alone, against plain enumeration of the space, priced
// by price_max_of_levels() and energy(): the same value under each goal, on random tiny problems of
// all kinds and random machines. A failure prints its seed; DSE_SEED=n runs that one alone,
// DSE_CASES=n so many.
#include <cstdlib>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/levels.h"
#include "dse/search.h"
#include "dse/space/space.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/systems.h"
#include "tests/unit/dse/tiny_problems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

struct Least {
  Measure value = -1;
  RapidDsc dsc;
};

// The least under each goal of all mappings in which nothing bypasses Lx; -1: none is legal. False:
// there are too many.
bool enumerate(const Work& work, const System& system, const PrecisionInfo& precision,
               std::array<Least, 3>& least) {
  constexpr int64_t kMost = 20000;
  Constraints through;
  through.past_lx = {0};
  const Space space(work, system, through);
  if (space.size() > kMost) return false;
  for (int64_t k = 0; k < space.size().get_si(); ++k) {
    const RapidDsc dsc = space.at(mpz_class(k));
    if (first_rejection(work, system, precision, dsc)) continue;
    const int64_t cycles = price_max_of_levels(work, system, precision, dsc).cost.cycles;
    const Energy used = energy(work, system, precision, dsc, cycles);
    for (size_t g = 0; g < 3; ++g) {
      const Measure value = Objective{kGoals[g], system.energy.leakage}.of(cycles, used);
      if (least[g].value < 0 || value < least[g].value) least[g] = {value, dsc};
    }
  }
  return true;
}

// Whether the seed's layer had few enough mappings.
bool run_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "overlap"), 0};
  Network net(seed);
  constexpr int64_t kMost[] = {12, 6, 4, 3};
  const int64_t several = rng.between(1, 4);
  if (rng.below(4) != 0)
    add_tiny_array_layer(net, rng, several, kMost[several - 1]);
  else
    add_random_layer(net, rng);
  const std::vector<Work> works = describe(net.graph).value();
  System system = tiny_system(rng, {3, 3});
  system.core.corelets = rng.between(1, 2);
  if (rng.below(3) == 0) {  // operands stream into the PEs
    system.array.l0_bytes = 0;
    system.array.sums_in_lrf = true;
    system.array.lrf_bytes = rng.between(8, 60);
  }
  draw_energy(rng, system);
  const PrecisionInfo precision = random_precision(rng, system);
  if (works.empty() || works[0].points() > 5000) return false;
  INFO("replay with DSE_SEED=" << seed << "\n" << print(net.graph));
  std::array<Least, 3> expected;
  if (!enumerate(works[0], system, precision, expected)) return false;
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
  if (const char* one = std::getenv("DSE_SEED")) {
    run_seed(std::strtoull(one, nullptr, 10));
    return;
  }
  const char* cases = std::getenv("DSE_CASES");
  const int wanted = cases != nullptr ? std::atoi(cases) : 100;
  int done = 0;
  for (uint64_t seed = 0; done < wanted; ++seed) done += run_seed(seed) ? 1 : 0;
}
