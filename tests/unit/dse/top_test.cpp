// The several best mappings against plain enumeration: of each division and tile the best, and of
// these the best ones, on random tiny problems. A failure prints its seed; DSE_SEED=n runs that one
// alone, DSE_CASES=n so many.
#include <map>
#include <set>
#include <tuple>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/search.h"
#include "dse/space/constraints_yaml.h"
#include "dse/space/space.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/seeds.h"
#include "tests/unit/dse/enumeration.h"
#include "tests/unit/dse/random_constraints.h"
#include "tests/unit/dse/tiny_problems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// Division and tile. Where rings make no difference the order on them is no part of it.
using Key = std::tuple<Extents, ShareRule, std::vector<Dim>, Extents>;

Key key_of(const Work& work, const System& system, const RapidDsc& dsc) {
  bool ring = !system.chip.memory_stops.empty();
  for (Dim d : kDims) ring |= dsc.core_d.parts[d] > 1 && contains(work.reduction, d);
  return {dsc.core_d.parts, dsc.core_d.share, ring ? dsc.core_d.ring_order : std::vector<Dim>{},
          dsc.t};
}

// Fewest cycles of each division and tile that has a legal mapping.
std::map<Key, int64_t> enumerate(const Work& work, const System& system,
                                 const PrecisionInfo& precision, const Space& space) {
  std::map<Key, int64_t> least;
  each_legal(work, system, precision, space, [&](const RapidDsc& dsc) {
    const int64_t cycles = price(work, system, precision, dsc).cost.cycles;
    const auto [known, fresh] = least.emplace(key_of(work, system, dsc), cycles);
    if (!fresh) known->second = std::min(known->second, cycles);
  });
  return least;
}

// Whether the seed's layer had few enough mappings.
bool run_seed(uint64_t seed) {
  constexpr int64_t kMostMappings = 20000;
  Rng rng{stream_seed(seed, "top"), 0};
  Network net(seed);
  add_tiny_layer(net, rng);
  const std::vector<Work> works = describe(net.graph).value();
  const System system = tiny_machine(rng);
  const PrecisionInfo precision = random_precision(rng, system);
  if (works.empty() || works[0].points() > 5000) return false;
  SearchOptions options;
  options.reach = Reach::Full;
  options.bypass = rng.below(4) == 0;
  options.top = static_cast<size_t>(rng.between(1, 12));
  ConstraintFile file;
  file.where = "c.yaml";
  if (rng.below(3) == 0) file.entries = {{"", random_clauses(rng, rng.between(1, 3)), 0, 0}};
  options.constraints = &file;
  Constraints within = constraints_of(file, works[0].name);
  if (!options.bypass && (within.through_lx || works[0].kind != WorkKind::Array))
    within.past_lx = {0};
  const Space space(works[0], system, within);
  if (space.size() == 0 || space.size() > kMostMappings) return false;
  INFO("replay with DSE_SEED=" << seed << "\n" << print(net.graph) << print_constraints(file));
  const auto any_legal = [&] {
    for (;;) {
      const RapidDsc dsc = space.sample(rng);
      if (!first_rejection(works[0], system, precision, dsc)) return dsc;
    }
  };
  const std::map<Key, int64_t> least = enumerate(works[0], system, precision, space);
  if (least.empty()) return false;
  options.jobs = static_cast<int>(rng.between(1, 3));
  for (int64_t k = rng.between(0, 2); k > 0; --k) options.seeds.push_back(any_legal());
  const auto found = search_layer(works[0], system, precision, options);
  REQUIRE(found.has_value());
  CHECK(found->proven);
  std::vector<int64_t> expected, cycles;
  for (const auto& [key, value] : least) expected.push_back(value);
  std::sort(expected.begin(), expected.end());
  expected.resize(std::min(expected.size(), options.top));
  std::vector<RapidDsc> ranked = {found->best};
  ranked.insert(ranked.end(), found->others.begin(), found->others.end());
  std::set<Key> keys;
  for (const RapidDsc& dsc : ranked) {
    INFO(print_rapid_dsc(dsc));
    const Key key = key_of(works[0], system, dsc);
    CHECK(keys.insert(key).second);
    cycles.push_back(price(works[0], system, precision, dsc).cost.cycles);
    CHECK(least.at(key) == cycles.back());
  }
  CHECK(cycles == expected);
  return true;
}

}  // namespace

TEST_CASE("the several best mappings are those of enumeration, in order", "[dse]") {
  run_seeds("DSE", 40, run_seed);
}

TEST_CASE("several mappings are of the full space alone", "[dse]") {
  Network net(0);
  net.output(
      net.node("layer", MatMul{}, {net.input("x", {1, 3, 4}), net.constant("w", {1, 4, 2})}));
  const Work work = describe(net.graph).value()[0];
  const System system = small_system(1);
  SearchOptions options;
  options.top = 2;
  const auto balanced = search_layer(work, system, system.precisions.at("fp16"), options);
  REQUIRE_FALSE(balanced.has_value());
  CHECK(balanced.error()[0].code == ErrorCode::Unsupported);
}
