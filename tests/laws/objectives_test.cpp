// The best mapping under one objective is never beaten there by the best under another one.
#include "dse/search.h"
#include "models/systems/systems.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

struct Best {
  int64_t cycles = 0, femtojoules = 0;

  Measure product() const { return static_cast<Measure>(cycles) * femtojoules; }
};

Best best(const Work& work, const System& system, Goal goal) {
  const PrecisionInfo& precision = system.precisions.at("fp16");
  SearchOptions options;
  options.jobs = 1;
  options.goal = goal;
  const auto found = search_layer(work, system, precision, options);
  REQUIRE(found.has_value());
  REQUIRE(found->proven);
  const int64_t cycles = found->price.cost.cycles;
  return {cycles, energy(work, system, precision, found->best, cycles).total()};
}

// Fewest cycles, least energy (fewer cycles where two take as little), least product.
void check_one_layer(const Work& work, const System& system) {
  const Best latency = best(work, system, Goal::Latency), least = best(work, system, Goal::Energy),
             edp = best(work, system, Goal::Edp);
  for (const Best& other : {latency, least, edp}) {
    CHECK(latency.cycles <= other.cycles);
    CHECK(least.femtojoules <= other.femtojoules);
    if (least.femtojoules == other.femtojoules) CHECK(least.cycles <= other.cycles);
    CHECK((edp.product() <= other.product()));
  }
}

}  // namespace

TEST_CASE("each objective's best is best under it, on every system that states energy") {
  int layers = 0;
  for (const std::string& name : system_names()) {
    const System system = load_system(name).value();
    if (!has_energy(system, system.precisions.at("fp16"))) continue;
    for (uint64_t seed = 0; seed < 6; ++seed) {
      Rng rng{stream_seed(seed, "objectives"), 0};
      Network net(seed);
      add_random_layer(net, rng);
      const std::vector<Work> works = describe(net.graph).value();
      if (works.empty() || works[0].points() > 5000) continue;
      INFO("seed " << seed << " on " << name << "\n" << print(net.graph));
      check_one_layer(works[0], system);
      ++layers;
    }
  }
  CHECK(layers > 20);
}
