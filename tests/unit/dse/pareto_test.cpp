// Fronts against plain enumeration, on random tiny problems: the same values, no more and no fewer.
// A failure prints its seed; DSE_SEED=n runs that one alone, DSE_CASES=n so many.
#include "dse/pareto/pareto.h"

#include <set>

#include "compiler/mapping/capacity.h"
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
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

using Values = std::array<int64_t, 3>;  // cycles, femtojoules, bytes; 0: does not count

struct Case {
  Network net;
  std::vector<Work> works;
  System system;
  PrecisionInfo precision;

  Values values(const RapidDsc& dsc, int64_t cycles, CriterionSet criteria) const {
    const Work& work = works[0];
    Values all = {cycles, energy(work, system, precision, dsc, cycles).total(),
                  capacity(work, dsc, lower(work, system, precision, dsc)).lx_bytes};
    for (size_t k = 0; k < 3; ++k)
      if (!criteria.has(kCriteria[k])) all[k] = 0;
    return all;
  }
};

std::set<Values> front_of(const std::set<Values>& all) {
  std::set<Values> front;
  for (const Values& a : all)
    if (std::none_of(all.begin(), all.end(), [&](const Values& b) {
          return b != a && b[0] <= a[0] && b[1] <= a[1] && b[2] <= a[2];
        }))
      front.insert(a);
  return front;
}

void check(const Case& c, const ParetoResult& found, CriterionSet criteria,
           const std::set<Values>& all) {
  std::set<Values> points;
  for (const ParetoPoint& point : found.points) {
    INFO(print_rapid_dsc(point.dsc));
    CHECK(!first_rejection(c.works[0], c.system, c.precision, point.dsc));
    CHECK(price(c.works[0], c.system, c.precision, point.dsc).cost.cycles == point.cycles);
    const Values values = c.values(point.dsc, point.cycles, criteria);
    for (size_t k = 0; k < 3; ++k)
      if (criteria.has(kCriteria[k])) CHECK(point.of(kCriteria[k]) == values[k]);
    CHECK(points.insert(values).second);
  }
  CHECK(found.complete);
  CHECK(points == front_of(all));
}

CriterionSet set_of(std::initializer_list<Criterion> criteria) {
  CriterionSet set;
  for (Criterion c : criteria) set.add(c);
  return set;
}

// Whether the seed's layer had few enough mappings.
bool run_full(uint64_t seed) {
  constexpr int64_t kMostMappings = 20000;
  Rng rng{stream_seed(seed, "front"), 0};
  Case c{Network(seed), {}, {}, {}};
  add_tiny_layer(c.net, rng);
  c.works = describe(c.net.graph).value();
  c.system = tiny_machine(rng);
  if (rng.coin()) c.system.core.lx_bytes = 64 * rng.between(3, 12);
  c.precision = random_precision(rng, c.system);
  if (c.works.empty() || c.works[0].points() > 5000) return false;
  SearchOptions options;
  options.reach = Reach::Full;
  options.bypass = rng.below(4) == 0;
  options.jobs = static_cast<int>(rng.between(1, 3));
  ConstraintFile file;
  file.where = "c.yaml";
  if (rng.below(3) == 0) file.entries = {{"", random_clauses(rng, rng.between(1, 3)), 0, 0}};
  options.constraints = &file;
  Constraints within = constraints_of(file, c.works[0].name);
  if (!options.bypass && (within.through_lx || c.works[0].kind != WorkKind::Array))
    within.past_lx = {0};
  const Space space(c.works[0], c.system, within);
  if (space.size() == 0 || space.size() > kMostMappings) return false;
  INFO("replay with DSE_SEED=" << seed << "\n" << print(c.net.graph) << print_constraints(file));
  const CriterionSet criteria = set_of({Criterion::Latency, Criterion::Scratchpad});
  std::set<Values> all;
  each_legal(c.works[0], c.system, c.precision, space, [&](const RapidDsc& dsc) {
    all.insert(c.values(dsc, price(c.works[0], c.system, c.precision, dsc).cost.cycles, criteria));
  });
  const auto found = search_pareto(c.works[0], c.system, c.precision, options, criteria);
  CHECK(found.has_value() == !all.empty());
  if (found) check(c, *found, criteria, all);
  return !all.empty();
}

bool run_balanced(uint64_t seed, CriterionSet criteria) {
  Rng rng{stream_seed(seed, "balanced front"), 0};
  Case c{Network(seed), {}, {}, {}};
  if (rng.coin())
    add_tiny_array_layer(c.net, rng, 3, 8);
  else
    add_random_layer(c.net, rng);
  c.works = describe(c.net.graph).value();
  if (c.works.empty() || c.works[0].points() > 600) return false;
  c.system = tiny_system(rng, {4, 4});
  if (rng.coin()) c.system.core.lx_bytes = 64 * rng.between(3, 12);
  vary_energy(rng, c.system);
  c.precision = random_precision(rng, c.system);
  INFO("replay with DSE_SEED=" << seed << "\n" << print(c.net.graph));
  std::set<Values> all;
  const Measure least = enumerate_balanced(
      c.works[0], c.system, c.precision, Goal::Energy, false,
      [&](const RapidDsc& dsc, int64_t cycles) { all.insert(c.values(dsc, cycles, criteria)); });
  if (least == -2) return false;
  SearchOptions options;
  options.jobs = static_cast<int>(rng.between(1, 3));
  const auto found = search_pareto(c.works[0], c.system, c.precision, options, criteria);
  CHECK(found.has_value() == !all.empty());
  if (found) check(c, *found, criteria, all);
  return !all.empty();
}

}  // namespace

TEST_CASE("the front of cycles and bytes is that of enumeration", "[dse]") {
  run_seeds("DSE", 100, run_full);
}

TEST_CASE("fronts of the balanced space are those of enumeration", "[dse]") {
  using enum Criterion;
  const CriterionSet criteria =
      GENERATE(set_of({Latency, Energy}), set_of({Latency, Scratchpad}),
               set_of({Energy, Scratchpad}), set_of({Latency, Energy, Scratchpad}));
  INFO("latency " << criteria.has(Latency) << ", energy " << criteria.has(Energy) << ", scratchpad "
                  << criteria.has(Scratchpad));
  run_seeds("DSE", 15, [&](uint64_t seed) { return run_balanced(seed, criteria); });
}
