// The cycle model against the simulator, which knows nothing of it: random small layers under
// random legal mappings. Cycles and bytes per link must be equal, not merely close; and bytes are
// counted a third way, by enumeration. A failure prints its seed; DIFFERENTIAL_SEED=n runs that one
// alone, and DIFFERENTIAL_CASES=n draws so many.

#include <fmt/format.h>

#include "backend/emit/emit.h"
#include "backend/sim/simulate.h"
#include "compiler/mapping/loop_nest.h"
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "costmodel/price.h"
#include "tests/differential/brute_force.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/random_system.h"
#include "tests/support/seeds.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

std::string bytes_text(const std::map<std::string, int64_t>& bytes) {
  std::string text;
  for (const auto& [link, n] : bytes) text += fmt::format(" {} {}", link, n);
  return text;
}

std::string compare(const Work& work, const System& system, const PrecisionInfo& precision,
                    const RapidDsc& dsc, const LayerTiming& simulated) {
  std::string wrong;
  const Price modelled = price(work, system, precision, dsc);
  if (modelled.cost.cycles != simulated.cycles)
    wrong +=
        fmt::format("cycles: model {}, simulator {}\n", modelled.cost.cycles, simulated.cycles);
  int64_t classes = 0, charged = 0;
  for (int64_t n : modelled.cost.classes) classes += n;
  for (int64_t n : modelled.cost.charged) charged += n;
  if (classes != modelled.cost.cycles || charged != modelled.cost.cycles)
    wrong += fmt::format("classes sum to {}, charges to {}, cycles {}\n", classes, charged,
                         modelled.cost.cycles);
  if (lower_bound_cycles(work, system, precision) > modelled.cost.cycles)
    wrong += fmt::format("lower bound {} above {}\n", lower_bound_cycles(work, system, precision),
                         modelled.cost.cycles);
  const auto bytes = link_bytes(work, system, precision, dsc);
  if (bytes != simulated.link_bytes)
    wrong += fmt::format("bytes: model{}, simulator{}\n", bytes_text(bytes),
                         bytes_text(simulated.link_bytes));
  if (system.chip.external_granule_bytes == 1 && !may_have_holes(work, dsc)) {
    const auto counted = brute_force_bytes(work, precision, dsc);
    if (bytes != counted)
      wrong +=
          fmt::format("bytes: model{}, enumerated{}\n", bytes_text(bytes), bytes_text(counted));
  }
  return wrong;
}

// Returns how many of the layers sum up over the ring.
int run_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "differential"), 0};
  Network net(seed);
  add_random_layer(net, rng);
  if (element_count(net.graph.value(net.graph.outputs[0]).shape) == 0) return 0;
  System system = random_system(rng);
  std::string precision = rng.coin() ? "fp16" : "fp32";
  Rng rate{stream_seed(seed, "rate"), 0};  // of the array: parts of a cycle per step
  if (rate.below(4) == 0 && system.precisions.contains("int8")) precision = "int8";
  if (rate.below(4) == 0)
    system.precisions.at(precision).mac_cycles =
        Rational::of(rate.between(1, 20), rate.between(1, 20));
  const PrecisionInfo& info = system.precisions.at(precision);
  const Plan plan = random_plan(rng, net.graph, system, precision);
  const auto program = emit(net.graph, system, precision, plan);
  if (!program) FAIL("seed " << seed << ": " << to_string(program.error()));
  SimOptions options;
  options.mode = SimMode::TimingOnly;
  const auto result = simulate(*program, {}, options);
  if (!result) FAIL("seed " << seed << ": " << to_string(result.error()));
  const std::vector<Work> works = describe(net.graph).value();
  int summed = 0;
  for (size_t k = 0; k < works.size(); ++k) {
    const RapidDsc& dsc = plan.layers[k].dsc;
    const std::string wrong = compare(works[k], system, info, dsc, result->layers[k]);
    INFO("replay with DIFFERENTIAL_SEED=" << seed << "\n"
                                          << wrong << print(net.graph) << print_rapid_dsc(dsc)
                                          << print(lower(works[k], system, info, dsc)));
    CHECK(wrong.empty());
    summed += result->layers[k].link_bytes.contains("ring") ? 1 : 0;
  }
  return summed;
}

}  // namespace

TEST_CASE("model, simulator and enumeration agree on random mappings", "[differential]") {
  int summed = 0;
  const auto count =
      run_seeds("DIFFERENTIAL", 1000, [&](uint64_t seed) { summed += run_seed(seed); });
  if (count) CHECK(summed >= *count / 40);  // the generator divides reductions often enough
}
