// Elements that do not fill bytes cross the array's links packed, load by load: the model's bytes
// against enumeration. PACKED_SEED=n runs one seed alone.
#include <cstdlib>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "costmodel/price.h"
#include "tests/differential/brute_force.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

void run_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "packed"), 0};
  Network net(seed);
  add_random_layer(net, rng);
  if (element_count(net.graph.value(net.graph.outputs[0]).shape) == 0) return;
  const System system = rng.coin() ? rapid_chip() : small_system(rng.between(1, 8));
  const PrecisionInfo precision{rng.between(1, 31), {1, 1}, 0};
  const std::vector<Work> works = describe(net.graph).value();
  const Plan plan = random_plan(rng, net.graph, system, "fp32");
  for (size_t k = 0; k < works.size(); ++k) {
    const RapidDsc& dsc = plan.layers[k].dsc;
    if (may_have_holes(works[k], dsc)) continue;
    INFO("replay with PACKED_SEED=" << seed << ", " << precision.bits << " bits\n"
                                    << print(net.graph) << print_rapid_dsc(dsc));
    const auto bytes = link_bytes(works[k], system, precision, dsc);
    const auto counted = brute_force_bytes(works[k], precision, dsc);
    CHECK(bytes.at("array_in") == counted.at("array_in"));
    CHECK(bytes.at("array_out") == counted.at("array_out"));
    CHECK(bytes.at("external") >= counted.at("external"));  // a tile there is one run or several
  }
}

}  // namespace

TEST_CASE("the array's links carry elements of a few bits packed", "[differential]") {
  if (const char* one = std::getenv("PACKED_SEED")) {
    run_seed(std::strtoull(one, nullptr, 10));
    return;
  }
  for (uint64_t seed = 0; seed < 300; ++seed) run_seed(seed);
}
