#include "costmodel/waveform.h"

#include <map>

#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

TEST_CASE("a whole waveform ends when the layer does, and no lane does two things at once") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng{stream_seed(seed, "waveform"), 0};
    Network net(seed);
    add_random_layer(net, rng);
    const System system = rng.coin() ? rapid_chip() : small_system(rng.between(1, 8));
    const PrecisionInfo& fp16 = system.precisions.at("fp16");
    const std::vector<Work> works = describe(net.graph).value();
    const Plan plan = random_plan(rng, net.graph, system, "fp16");
    for (size_t k = 0; k < works.size(); ++k) {
      INFO("seed " << seed);
      const RapidDsc& dsc = plan.layers[k].dsc;
      const Waveform drawn = waveform(works[k], system, fp16, dsc, INT64_MAX, INT64_MAX);
      CHECK(drawn.whole);
      CHECK(drawn.end + system.chip.layer_cycles == price(works[k], system, fp16, dsc).cost.cycles);
      std::map<Lane, int64_t> free;
      for (const Span& span : drawn.spans) {
        CHECK(span.start >= free[span.lane]);
        CHECK(span.end <= drawn.end);
        free[span.lane] = span.end;
      }
    }
  }
}
