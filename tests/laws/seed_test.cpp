// A search that starts from a mapping never answers worse than it, whatever way it searches; what
// is proven without a seed is as good with one from its space; a seed from outside of the space is
// the answer only where it is better than all of it. On random tiny problems and random legal
// seeds. A failure prints its seed; LAWS_SEED=n runs that one alone.
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/network.h"
#include "dse/space/space.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/mapped_network.h"
#include "tests/support/random_layers.h"
#include "tests/support/seeds.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

struct Way {
  const char* name;
  Method method;
  Reach reach;
};
constexpr Way kWays[] = {{"balanced", Method::Optimal, Reach::Balanced},
                         {"full", Method::Optimal, Reach::Full},
                         {"greedy", Method::Greedy, Reach::Full}};

// A legal mapping of the whole declared space, what bypasses Lx included.
std::optional<RapidDsc> legal_mapping(const Work& work, const System& system,
                                      const PrecisionInfo& precision, Rng& rng) {
  const Space space(work, system);
  for (int tries = 0; tries < 2000; ++tries) {
    const RapidDsc dsc = space.sample(rng);
    if (!first_rejection(work, system, precision, dsc)) return dsc;
  }
  return std::nullopt;
}

Constraints through_lx() {
  Constraints constraints;
  constraints.past_lx = {0};
  return constraints;
}

void check_way(const Way& way, const Work& work, const System& system,
               const PrecisionInfo& precision, const RapidDsc& seed) {
  INFO(way.name);
  SearchOptions options;
  options.jobs = 1;
  options.method = way.method;
  options.reach = way.reach;
  options.max_evaluations = 200'000;
  const auto without = search_layer(work, system, precision, options);
  options.seeds = {seed};
  const auto with = search_layer(work, system, precision, options);
  REQUIRE(without.has_value());
  REQUIRE(with.has_value());
  const int64_t of_seed = price(work, system, precision, seed).cost.cycles;
  CHECK((with->value <= of_seed));
  CHECK((with->value <= without->value || way.method == Method::Greedy));
  CHECK_FALSE(without->from_outside);
  if (with->from_outside) CHECK(with->best == seed);
  if (!without->proven || way.method == Method::Greedy) return;
  CHECK(with->proven);
  CHECK((with->lower_bound == with->value));
  const bool inside =
      way.reach == Reach::Full && Space(work, system, through_lx()).index_of(seed).has_value();
  if (inside) CHECK((with->value == without->value));
  if (inside) CHECK_FALSE(with->from_outside);
  CHECK((with->from_outside || with->value == without->value));
}

// Whether the seed gave a layer that has a legal mapping.
bool run_seed(uint64_t number) {
  Rng rng{stream_seed(number, "seeds"), 0};
  Network net(number);
  add_random_layer(net, rng);
  const std::vector<Work> works = describe(net.graph).value();
  if (works.empty() || works[0].points() > 20000) return false;
  const System system = small_system(rng.between(1, 4));
  const PrecisionInfo& precision = system.precisions.at("fp16");
  INFO("replay with LAWS_SEED=" << number << "\n" << print(net.graph));
  const auto seed = legal_mapping(works[0], system, precision, rng);
  if (!seed) return false;
  INFO(print_rapid_dsc(*seed));
  for (const Way& way : kWays) check_way(way, works[0], system, precision, *seed);
  return true;
}

Work product(int64_t rows, int64_t in, int64_t out) {
  Work work = matmul_work(1, rows, in, out);
  work.name = "product";
  return work;
}

}  // namespace

TEST_CASE("no search answers worse than the mapping that it starts from", "[laws]") {
  run_seeds("LAWS", 40, run_seed);
}

TEST_CASE("the best as a seed stays the best, and a limit cannot take it away", "[laws]") {
  const System system = small_system();
  const PrecisionInfo& precision = system.precisions.at("fp16");
  const Work work = product(30, 60, 50);
  SearchOptions options;
  options.reach = Reach::Full;
  const auto best = search_layer(work, system, precision, options);
  REQUIRE(best.has_value());
  REQUIRE(best->proven);
  options.seeds = {best->best};
  options.max_evaluations = 1;
  for (Method method : {Method::Optimal, Method::Greedy, Method::Exhaustive}) {
    options.method = method;
    const auto found = search_layer(work, system, precision, options);
    REQUIRE(found.has_value());
    CHECK((found->value == best->value));
    CHECK_FALSE(found->from_outside);
    CHECK((found->lower_bound <= found->value));
  }
}

TEST_CASE("a seed that bypasses Lx is the answer where nothing through Lx is as good", "[laws]") {
  System system = small_system(1);
  system.core.array_in = {{1, 8}, 100};  // slower than external memory
  const PrecisionInfo& precision = system.precisions.at("fp16");
  const Work work = product(2, 6, 6);
  SearchOptions options;
  options.reach = Reach::Full;
  const auto through = search_layer(work, system, precision, options);
  REQUIRE(through.has_value());
  REQUIRE(through->proven);
  // The same, but KER past Lx.
  RapidDsc seed = through->best;
  for (DataStructure& data : seed.data_structures) data.transfers[0].type = TransferType::BlockLoad;
  std::vector<DataTransfer>& ker = seed.data_structures[1].transfers;
  ker = {{Place::External, ker[1].dst, ker[1].type, ker[1].loop}};
  REQUIRE_FALSE(first_rejection(work, system, precision, seed));
  REQUIRE((price(work, system, precision, seed).cost.cycles < through->value));
  REQUIRE_FALSE(Space(work, system, through_lx()).index_of(seed));
  options.seeds = {seed};
  for (const Way& way : kWays) {
    INFO(way.name);
    options.method = way.method;
    options.reach = way.reach;
    const auto found = search_layer(work, system, precision, options);
    REQUIRE(found.has_value());
    CHECK(found->best == seed);
    CHECK(found->from_outside);
    CHECK(found->proven == (way.method == Method::Optimal));
  }
}

TEST_CASE("an illegal seed is refused with the numbers", "[laws]") {
  const System system = small_system();
  const PrecisionInfo& precision = system.precisions.at("fp16");
  SearchOptions options;
  options.seeds = {search_layer(product(30, 60, 50), system, precision, options)->best};
  const auto refused = search_layer(product(30, 60, 51), system, precision, options);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error()[0].code == ErrorCode::BadInput);
  CHECK(refused.error()[0].message.find("R01 work-mismatch") != std::string::npos);
  CHECK(refused.error()[0].message.find("51") != std::string::npos);
}

TEST_CASE("the seed of a layer is one for all layers of the same problem", "[laws]") {
  const System system = small_system();
  const PrecisionInfo& precision = system.precisions.at("fp16");
  Work again = product(30, 60, 50);
  again.name = "again";
  SearchOptions options;
  options.reach = Reach::Full;
  const auto best = search_layer(again, system, precision, options);
  REQUIRE(best.has_value());
  options.max_evaluations = 1;
  const auto found = search_network({product(30, 60, 50), again}, system, precision, options, {},
                                    {{"again", best->best}});
  REQUIRE(found.has_value());
  for (const SearchResult& r : *found) CHECK((r.value == best->value));
}
