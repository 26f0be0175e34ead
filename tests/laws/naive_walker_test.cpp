// Pricing by kinds of iteration [W1], [W2] gives what walking every iteration gives.
#include "tests/laws/naive_walker.h"

#include <cstdlib>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "costmodel/price.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

void run_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "walker"), 0};
  Network net(seed);
  add_random_layer(net, rng);
  System system = rng.coin() ? rapid_chip() : small_system(rng.between(1, 8));
  if (rng.coin()) system.chip.memory_stops = {0};
  if (rng.coin()) vary_array(rng, system);
  system.chip.turnaround_cycles = rng.between(0, 20);
  system.chip.external_granule_bytes = int64_t{1} << rng.between(0, 6);
  std::string precision = rng.coin() ? "fp16" : "fp32";
  if (rng.coin()) {
    precision = "other";
    system.precisions[precision] = {rng.between(1, 40),
                                    Rational::of(rng.between(1, 20), rng.between(1, 20))};
  }
  const PrecisionInfo& info = system.precisions.at(precision);
  const std::vector<Work> works = describe(net.graph).value();
  const Plan plan = random_plan(rng, net.graph, system, precision);
  for (size_t k = 0; k < works.size(); ++k) {
    const RapidDsc& dsc = plan.layers[k].dsc;
    INFO("replay with WALKER_SEED=" << seed << "\n" << print(net.graph) << print_rapid_dsc(dsc));
    CHECK(price(works[k], system, info, dsc).cost.cycles ==
          walk_cycles(works[k], system, info, dsc));
  }
}

}  // namespace

TEST_CASE("kinds of iteration cost what all iterations cost", "[laws]") {
  if (const char* one = std::getenv("WALKER_SEED")) {
    run_seed(std::strtoull(one, nullptr, 10));
    return;
  }
  for (uint64_t seed = 0; seed < 1000; ++seed) run_seed(seed);
}
