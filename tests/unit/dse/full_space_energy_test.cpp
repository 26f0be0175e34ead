// The search of the full space for least energy, and energy times delay, against plain enumeration
// of it, priced by price() and energy(): the same value on random tiny problems of all kinds and on
// random machines, with all rules and without each of them. A failure prints its seed; DSE_SEED=n
// runs that one alone, DSE_CASES=n so many.
#include <array>
#include <cstdlib>
#include <span>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/search.h"
#include "dse/space/space.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/unit/dse/tiny_problems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

constexpr std::array kCounting{Goal::Energy, Goal::Edp};

struct Least {
  Measure value = -1;
  RapidDsc dsc;
};

// The least under each goal of all mappings in which nothing bypasses Lx; -1: none is legal. False:
// there are too many.
bool enumerate(const Work& work, const System& system, const PrecisionInfo& precision,
               std::array<Least, 2>& least) {
  constexpr int64_t kMost = 20000;
  Constraints through;
  through.past_lx = {0};
  const Space space(work, system, through);
  if (space.size() > kMost) return false;
  for (int64_t k = 0; k < space.size().get_si(); ++k) {
    const RapidDsc dsc = space.at(mpz_class(k));
    if (first_rejection(work, system, precision, dsc)) continue;
    const int64_t cycles = price(work, system, precision, dsc).cost.cycles;
    const Energy used = energy(work, system, precision, dsc, cycles);
    for (size_t g = 0; g < 2; ++g) {
      const Measure value = Objective{kCounting[g], system.energy.leakage}.of(cycles, used);
      if (least[g].value < 0 || value < least[g].value) least[g] = {value, dsc};
    }
  }
  return true;
}

// Whether the seed's layer had few enough mappings. Searches with all rules, then without each of
// `without`.
bool run_seed(uint64_t seed, const std::string& stream, std::span<const Rule> without) {
  Rng rng{stream_seed(seed, stream), 0};
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
  draw_energy(rng, system);
  const PrecisionInfo precision = random_precision(rng, system);
  if (works.empty() || works[0].points() > 5000) return false;
  INFO("replay with DSE_SEED=" << seed << "\n" << print(net.graph));
  std::array<Least, 2> expected;
  if (!enumerate(works[0], system, precision, expected)) return false;
  for (size_t g = 0; g < 2; ++g) {
    SearchOptions options;
    options.jobs = 1;
    options.goal = kCounting[g];
    options.reach = Reach::Full;
    const auto check = [&] {
      const auto found = search_layer(works[0], system, precision, options);
      REQUIRE(found.has_value() == (expected[g].value >= 0));
      if (!found) return;
      INFO(print_rapid_dsc(found->best) << "\nby enumeration:\n"
                                        << print_rapid_dsc(expected[g].dsc));
      CHECK((found->value == expected[g].value));
      CHECK(found->proven);
    };
    INFO(name_of(kCounting[g]));
    check();
    for (const Rule rule : without) {
      INFO("without " << name_of(rule));
      options.rules = {};
      options.rules.disable(rule);
      check();
    }
  }
  return true;
}

void run_seeds(const std::string& stream, std::span<const Rule> without, int most) {
  if (const char* one = std::getenv("DSE_SEED")) {
    run_seed(std::strtoull(one, nullptr, 10), stream, without);
    return;
  }
  const char* cases = std::getenv("DSE_CASES");
  const int wanted = cases != nullptr ? std::atoi(cases) : most;
  int done = 0;
  for (uint64_t seed = 0; done < wanted; ++seed) done += run_seed(seed, stream, without) ? 1 : 0;
}

}  // namespace

TEST_CASE("of the full space the least energy, and the least edp, are what enumeration finds",
          "[dse]") {
  run_seeds("full-energy", {}, 100);
}

TEST_CASE("these are the same without any of the rules", "[dse]") {
  using enum Rule;
  constexpr std::array kRules{TripsBound, TileBound,   WaveformBound, LxCapacity,    OrderBound,
                              BodyTable,  UnrollBound, BlockBound,    ArrayCapacity, BodyBound};
  run_seeds("rules-energy", kRules, 30);
}
