// The search of the full space for least energy, and energy times delay, against plain enumeration
// of it, priced by price() and energy(): the same value on random tiny problems of all kinds and on
// random machines, with all rules and without each of them. A failure prints its seed; DSE_SEED=n
// runs that one alone, DSE_CASES=n so many.
#include <array>
#include <span>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "costmodel/price.h"
#include "dse/search.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/seeds.h"
#include "tests/unit/dse/enumeration.h"
#include "tests/unit/dse/tiny_problems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

constexpr std::array kCounting{Goal::Energy, Goal::Edp};

// Whether the seed's layer had few enough mappings. Searches with all rules, then without each of
// `without`.
bool run_seed(uint64_t seed, const std::string& stream, std::span<const Rule> without) {
  Rng rng{stream_seed(seed, stream), 0};
  Network net(seed);
  add_tiny_layer(net, rng);
  const std::vector<Work> works = describe(net.graph).value();
  System system = tiny_machine(rng);
  vary_energy(rng, system);
  const PrecisionInfo precision = random_precision(rng, system);
  if (works.empty() || works[0].points() > 5000) return false;
  INFO("replay with DSE_SEED=" << seed << "\n" << print(net.graph));
  const auto least = enumerate_through_lx(works[0], system, precision, kCounting, price);
  if (!least) return false;
  const std::vector<Least>& expected = *least;
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

void run_cases(const std::string& stream, std::span<const Rule> without, int usual) {
  run_seeds("DSE", usual, [&](uint64_t seed) { return run_seed(seed, stream, without); });
}

}  // namespace

TEST_CASE("of the full space the least energy, and the least edp, are what enumeration finds",
          "[dse]") {
  run_cases("full-energy", {}, 100);
}

TEST_CASE("these are the same without any of the rules", "[dse]") {
  using enum Rule;
  constexpr std::array kRules{TripsBound, TileBound,   WaveformBound, LxCapacity,    OrderBound,
                              BodyTable,  UnrollBound, BlockBound,    ArrayCapacity, BodyBound};
  run_cases("rules-energy", kRules, 30);
}
