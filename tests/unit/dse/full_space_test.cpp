// The search of the full space against plain enumeration of it, priced by price(): the same cycles
// on random tiny problems of all kinds and on random machines. A failure prints its seed;
// DSE_SEED=n runs that one alone, DSE_CASES=n so many.
#include <cstdlib>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/search.h"
#include "dse/space/space.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

System tiny_system(Rng& rng) {
  System system = small_system(rng.between(1, 3));
  system.core.semaphore_cycles = rng.between(0, 4);
  system.array.fill_cycles = rng.between(0, 8);
  if (rng.below(3) != 0) {  // the array binds, else external memory
    system.chip.external = {{512, 1}, rng.between(0, 2)};
    system.core.array_in = {{rng.between(1, 8), 1}, rng.between(0, 3)};
    system.core.array_out = {{rng.between(1, 8), 1}, rng.between(0, 3)};
  } else {
    system.chip.external.latency_cycles = rng.between(0, 30);
  }
  system.chip.turnaround_cycles = rng.coin() ? 0 : rng.between(1, 30);
  system.chip.external_granule_bytes = rng.coin() ? 1 : int64_t{1} << rng.between(1, 7);
  for (int64_t core = 0; core < system.chip.cores; ++core)
    if (rng.below(4) == 0) system.chip.memory_stops.push_back(core);
  system.core.lx_bytes = rng.between(200, 4000);
  system.core.corelets = rng.between(1, 2);
  system.array.rows = rng.between(1, 3);
  system.array.columns = rng.between(1, 3);
  system.array.lanes = rng.between(1, 2);
  system.array.accumulators = rng.between(2, 16);
  system.array.l0_bytes = rng.coin() ? rng.between(8, 40) : rng.between(40, 600);
  system.array.lrf_bytes = rng.between(8, 100);
  if (rng.coin()) system.array.column_dims = {"out", "i"};
  if (rng.coin()) system.array.lane_dims = {"out"};
  if (rng.coin()) system.array.row_dims = {"in"};
  if (rng.coin()) system.array.corelet_dims = {"j"};
  if (rng.below(3) == 0) test::vary_array(rng, system);
  return system;
}

// A MatMul or Conv of at most four dims of several indices, the more of them the smaller.
void add_tiny_layer(Network& net, Rng& rng) {
  constexpr int64_t kMost[] = {12, 6, 4, 3};
  const int64_t several = rng.between(1, 4);
  std::array<int64_t, 8> n;
  n.fill(1);
  for (int64_t k = 0; k < several; ++k)
    n[static_cast<size_t>(rng.below(8))] = rng.between(1, kMost[several - 1]);
  const auto [batch, groups, out, in, rows, columns, ki, kj] = n;
  std::vector<ValueId> operands;
  Primitive primitive = MatMul{};
  if (rng.coin()) {
    operands = {net.input("x", {groups, rows, in}), net.constant("w", {1, in, out})};
  } else {
    const int64_t stride = rng.between(1, 3), pad = rng.below(std::min<int64_t>(ki, 3));
    const int64_t height = std::max<int64_t>(1, stride * (rows - 1) + ki - 2 * pad);
    const Window window{{ki, kj}, {stride, 1}, {1, 1}, {pad, 0}, {pad, 0}};
    operands = {net.input("x", {batch, groups * in, height, columns + kj - 1}),
                net.constant("w", {groups * out, in, ki, kj})};
    primitive = Conv{groups, window};
  }
  if (rng.coin())
    operands.push_back(
        net.constant("b", {std::holds_alternative<Conv>(primitive) ? groups * out : out}));
  net.output(net.node("layer", primitive, operands));
}

PrecisionInfo random_precision(Rng& rng, const System& system) {
  if (rng.below(3) > 0) return system.precisions.at(rng.coin() ? "fp16" : "fp32");
  const int64_t bits = rng.between(1, 12), a = rng.between(1, 9), b = rng.between(1, 9);
  return {bits, Rational::of(a, b), rng.between(1, 1000)};
}

// Fewest cycles of all mappings in which nothing bypasses Lx; -1: none is legal. -2: too many.
int64_t enumerate(const Work& work, const System& system, const PrecisionInfo& precision,
                  RapidDsc& best) {
  constexpr int64_t kMost = 20000;
  Constraints constraints;
  constraints.past_lx = {0};
  const Space space(work, system, constraints);
  if (space.size() > kMost) return -2;
  int64_t least = -1;
  for (int64_t k = 0; k < space.size().get_si(); ++k) {
    const RapidDsc dsc = space.at(mpz_class(k));
    if (first_rejection(work, system, precision, dsc)) continue;
    const int64_t cycles = price(work, system, precision, dsc).cost.cycles;
    if (least >= 0 && cycles >= least) continue;
    least = cycles;
    best = dsc;
  }
  return least;
}

// Whether the seed's layer had few enough mappings.
bool run_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "full"), 0};
  Network net(seed);
  if (rng.below(4) != 0)
    add_tiny_layer(net, rng);
  else
    add_random_layer(net, rng);
  const std::vector<Work> works = describe(net.graph).value();
  const System system = tiny_system(rng);
  const PrecisionInfo precision = random_precision(rng, system);
  if (works.empty() || works[0].points() > 5000) return false;
  INFO("replay with DSE_SEED=" << seed << "\n" << print(net.graph));
  RapidDsc best;
  const int64_t expected = enumerate(works[0], system, precision, best);
  if (expected == -2) return false;
  SearchOptions options;
  options.jobs = 1;
  options.reach = Reach::Full;
  const auto found = search_layer(works[0], system, precision, options);
  REQUIRE(found.has_value() == (expected >= 0));
  if (expected < 0) return true;
  INFO(print_rapid_dsc(found->best) << "\nby enumeration:\n" << print_rapid_dsc(best));
  CHECK(found->price.cost.cycles == expected);
  CHECK(found->proven);
  return true;
}

}  // namespace

TEST_CASE("the search of the full space finds what enumeration finds", "[dse]") {
  if (const char* one = std::getenv("DSE_SEED")) {
    run_seed(std::strtoull(one, nullptr, 10));
    return;
  }
  const char* cases = std::getenv("DSE_CASES");
  const int wanted = cases != nullptr ? std::atoi(cases) : 100;
  int done = 0;
  for (uint64_t seed = 0; done < wanted; ++seed) done += run_seed(seed) ? 1 : 0;
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
