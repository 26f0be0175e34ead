// The search within constraints against plain enumeration of what they leave, priced by price(), on
// random tiny problems and constraints of all kinds. A failure prints its seed; DSE_SEED=n runs
// that one alone, DSE_CASES=n so many.

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/network.h"
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

struct Case {
  Network net;
  std::vector<Work> works;  // one layer
  System system;
  PrecisionInfo precision;
  ConstraintFile file;
  bool bypass = false;
};

// Random tiny layers, of array layers those with few dims the larger.
Case draw(uint64_t seed, const char* stream) {
  Rng rng{stream_seed(seed, stream), 0};
  Case c{Network(seed), {}, {}, {}, {}, false};
  add_tiny_layer(c.net, rng);
  c.works = describe(c.net.graph).value();
  c.system = tiny_machine(rng);
  c.precision = random_precision(rng, c.system);
  c.file.where = "c.yaml";
  c.bypass = rng.below(3) == 0;
  if (rng.coin()) c.system.chip.memory_stops.clear();  // else nothing may bypass Lx
  return c;
}

// Of some draws the first that forbids the mapping, or the last.
void draw_constraints(Case& c, uint64_t seed, const RapidDsc& best) {
  Rng rng{stream_seed(seed, "clauses"), 0};
  const int most = static_cast<int>(rng.between(1, 12));
  for (int draws = 0; draws < most; ++draws) {
    c.file.entries = {{"", random_clauses(rng, rng.between(2, 6)), 0, 0}};
    if (!allows(constraints_of(c.file, c.works[0].name), c.works[0], best)) return;
  }
}

// Nothing past Lx, where it is not asked for or necessary.
Constraints searched(const Case& c) {
  Constraints within = constraints_of(c.file, c.works[0].name);
  const bool array = c.works[0].kind == WorkKind::Array;
  if (!c.bypass && (within.through_lx || !array)) within.past_lx = {0};
  return within;
}

struct Enumerated {
  std::optional<int64_t> cycles;  // none: no mapping is legal
  RapidDsc best;
};

Enumerated enumerate(const Case& c, const Space& space) {
  Enumerated found;
  each_legal(c.works[0], c.system, c.precision, space, [&](const RapidDsc& dsc) {
    const int64_t cycles = price(c.works[0], c.system, c.precision, dsc).cost.cycles;
    if (!found.cycles || cycles < *found.cycles) found = {cycles, dsc};
  });
  return found;
}

Result<SearchResult> search(const Case& c, const ConstraintFile* file, int64_t most_evaluations) {
  SearchOptions options;
  options.bypass = c.bypass;
  options.max_evaluations = most_evaluations;
  options.jobs = 1;
  options.reach = Reach::Full;
  options.constraints = file;
  return search_layer(c.works[0], c.system, c.precision, options);
}

// Of how many cases ...
struct Tally {
  int bound = 0, none = 0;  // the best of all is forbidden; no mapping is legal
};

// Whether the seed gave a case.
bool run_seed(uint64_t seed, Tally& tally) {
  constexpr int64_t kMostMappings = 20000;
  Case c = draw(seed, "within");
  if (c.works.empty() || c.works[0].points() > 5000) return false;
  const Result<SearchResult> all = search(c, nullptr, 5'000);
  if (!all) return false;
  draw_constraints(c, seed, all->best);
  const Space space(c.works[0], c.system, searched(c));
  if (space.size() == 0 || space.size() > kMostMappings) return false;
  INFO("replay with DSE_SEED=" << seed << "\n" << print(c.net.graph) << print_constraints(c.file));
  const Enumerated expected = enumerate(c, space);
  const Result<SearchResult> found = search(c, &c.file, INT64_MAX);
  REQUIRE(found.has_value() == expected.cycles.has_value());
  if (!expected.cycles) {
    ++tally.none;
    CHECK(found.error()[0].message.find("within the constraints is legal") != std::string::npos);
    return true;
  }
  INFO(print_rapid_dsc(found->best) << "\nby enumeration:\n" << print_rapid_dsc(expected.best));
  CHECK(found->price.cost.cycles == *expected.cycles);
  CHECK(found->proven);
  CHECK(found->space == space.size().get_str());
  CHECK((all->lower_bound <= found->value));
  tally.bound += all->value < found->value ? 1 : 0;
  return true;
}

}  // namespace

TEST_CASE("the search within constraints finds what enumeration finds", "[dse]") {
  Tally tally;
  const auto wanted = run_seeds("DSE", 40, [&](uint64_t seed) { return run_seed(seed, tally); });
  if (!wanted) return;
  CAPTURE(tally.bound, tally.none);
  CHECK(tally.bound > *wanted / 4);
  CHECK(tally.none * 100 >= *wanted);
}

// Adding a choice to the space never worsens the answer, removing one never improves it.
TEST_CASE("a constraint more never improves the answer", "[dse]") {
  int proven = 0;
  for (uint64_t seed = 0; seed < 25; ++seed) {
    Case c = draw(seed, "chain");
    if (c.works.empty() || c.works[0].points() > 5000) continue;
    Rng rng{stream_seed(seed, "clauses"), 0};
    const std::vector<ClauseAt> clauses = random_clauses(rng, 6);
    c.file.entries = {{"", {}, 0, 0}};
    Result<SearchResult> wider = search(c, &c.file, 20000);
    for (size_t k = 0; wider && k < clauses.size(); ++k) {
      c.file.entries[0].clauses.push_back(clauses[k]);
      if (Space(c.works[0], c.system, searched(c)).size() == 0) break;
      Result<SearchResult> narrower = search(c, &c.file, 20000);
      if (!narrower) break;
      INFO("seed " << seed << "\n" << print(c.net.graph) << print_constraints(c.file));
      CHECK((wider->lower_bound <= narrower->value));
      if (wider->proven && narrower->proven) ++proven;
      wider = std::move(narrower);
    }
  }
  CHECK(proven > 20);
}

TEST_CASE("layers are alike where constraints say the same of them", "[dse]") {
  Network net(0);
  const ValueId x = net.input("x", {1, 4, 6});
  net.output(net.node("a", MatMul{}, {x, net.constant("wa", {1, 6, 5})}));
  net.output(net.node("b", MatMul{}, {x, net.constant("wb", {1, 6, 5})}));
  net.output(net.node("c", MatMul{}, {x, net.constant("wc", {1, 6, 5})}));
  const std::vector<Work> works = describe(net.graph).value();
  const ConstraintFile file =
      parse_constraints("constraints:\n  - {layer: b, t: {out: 3}}\n  - {slide: false}\n", "c.yaml")
          .value();
  CHECK(first_alike(works) == std::vector<size_t>{0, 0, 0});
  CHECK(first_alike(works, &file) == std::vector<size_t>{0, 1, 0});
  const System system = small_system();
  SearchOptions options;
  options.reach = Reach::Full;
  options.constraints = &file;
  const auto found = search_network(works, system, system.precisions.at("fp16"), options);
  REQUIRE(found.has_value());
  CHECK((*found)[1].best.t[Dim::out] == 3);
  CHECK((*found)[0].best == (*found)[2].best);
  CHECK((*found)[0].price.cost.cycles <= (*found)[1].price.cost.cycles);
}

TEST_CASE("constraints that no memory has room for are bad input, with the numbers", "[dse]") {
  Network net(0);
  net.output(
      net.node("layer", MatMul{}, {net.input("x", {1, 64, 64}), net.constant("w", {1, 64, 64})}));
  const std::vector<Work> works = describe(net.graph).value();
  System system = small_system(1);
  system.core.lx_bytes = 64 * 64 * 2;
  const ConstraintFile file =
      parse_constraints("constraints:\n  - {t: {mb: 64, in: 64, out: 64}}\n", "c.yaml").value();
  SearchOptions options;
  options.reach = Reach::Full;
  options.constraints = &file;
  const auto found = search_layer(works[0], system, system.precisions.at("fp16"), options);
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error()[0].code == ErrorCode::BadInput);
  CHECK(found.error()[0].message ==
        "no mapping within the constraints is legal; the least demanding one breaks R18 "
        "lx-capacity: tiles in Lx: required " +
            std::to_string(3 * 64 * 64 * 2) + " bytes, available " + std::to_string(64 * 64 * 2));
}
