// Where the slices of a divided reduction stand on the ring: neighbours never cost more than cores
// that are apart.
#include <algorithm>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "costmodel/price.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// The same division with the reduced dims first, or last, in the order of the ring.
RapidDsc placed(RapidDsc dsc, const Work& work, bool last) {
  auto& order = dsc.core_d.ring_order;
  std::stable_partition(order.begin(), order.end(),
                        [&](Dim d) { return contains(work.reduction, d) != last; });
  return dsc;
}

}  // namespace

TEST_CASE("a reduction costs least over neighbours", "[laws]") {
  int divided = 0, dearer = 0;
  for (uint64_t seed = 0; divided < 200; ++seed) {
    Rng rng{stream_seed(seed, "ring-order"), 0};
    Network net(seed);
    add_random_layer(net, rng);
    const System system = rng.coin() ? rapid_chip() : small_system(rng.between(2, 16));
    const PrecisionInfo& fp16 = system.precisions.at("fp16");
    const Plan plan = random_plan(rng, net.graph, system, "fp16");
    const std::vector<Work> works = describe(net.graph).value();
    for (size_t k = 0; k < works.size(); ++k) {
      const auto cost = [&](const RapidDsc& dsc) {
        return price(works[k], system, fp16, dsc).cost.cycles;
      };
      const RapidDsc& drawn = plan.layers[k].dsc;
      if (lower(works[k], system, fp16, drawn).rounds.empty()) continue;
      const int64_t near = cost(placed(drawn, works[k], true));
      const int64_t apart = cost(placed(drawn, works[k], false));
      INFO("seed " << seed << "\n" << print_rapid_dsc(drawn));
      CHECK(near <= cost(drawn));
      CHECK(near <= apart);
      ++divided;
      dearer += near < apart ? 1 : 0;
    }
  }
  CHECK(dearer > 0);
}
