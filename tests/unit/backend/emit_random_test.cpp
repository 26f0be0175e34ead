// Random small layers under random legal mappings: numbers must be those of the graph. The
// generator is the test's own. A failure prints its seed; EMIT_SEED=n runs that one alone,
// EMIT_SEEDS=n seeds 0 to n - 1.
#include <cstdlib>

#include <fmt/format.h>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// Returns how many layers sum up over the ring.
int run_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "emit"), 0};
  Network net(seed);
  add_random_layer(net, rng);
  if (element_count(net.graph.value(net.graph.outputs[0]).shape) == 0) return 0;
  System system = small_system();
  if (rng.coin()) vary_array(rng, system);
  const int64_t kind = rng.below(6);
  const bool exact = kind != 0;
  const std::string precision = kind == 0 ? "fp16" : kind < 3 ? "int8" : "fp32";
  const Plan plan = random_plan(rng, net.graph, system, precision);
  const std::string wrong = run_and_compare(net.graph, system, plan, exact ? 0 : 0x1p-7, seed);
  int summed = 0;
  const std::vector<Work> works = describe(net.graph).value();
  for (size_t k = 0; k < works.size(); ++k)
    for (Dim d : kDims)
      if (contains(works[k].reduction, d) && plan.layers[k].dsc.core_d.parts[d] > 1) {
        ++summed;
        break;
      }
  if (wrong.empty()) return summed;
  std::string mappings;
  for (const PlannedLayer& layer : plan.layers) mappings += print_rapid_dsc(layer.dsc);
  FAIL_CHECK("replay with EMIT_SEED=" << seed << "\n"
                                      << wrong << "\n"
                                      << print(net.graph) << mappings);
  return summed;
}

}  // namespace

TEST_CASE("random layers under random mappings compute the graph's numbers", "[emit][random]") {
  if (const char* one = std::getenv("EMIT_SEED")) {
    run_seed(std::strtoull(one, nullptr, 10));
    return;
  }
  const char* const many = std::getenv("EMIT_SEEDS");
  const uint64_t seeds = many ? std::strtoull(many, nullptr, 10) : 1000;
  int summed = 0;
  for (uint64_t seed = 0; seed < seeds; ++seed) summed += run_seed(seed);
  CHECK(summed >= static_cast<int>(seeds / 40));  // the generator divides reductions often enough
}
