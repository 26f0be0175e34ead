// No bound in energy, and none of a division where the slowest level counts, is above what a
// mapping takes: Z1 and Z2, and O4 and O5 of dse/README.md against energy() and levels(), on random
// mappings of random layers and machines. A failure prints its seed; DSE_SEED=n runs that one
// alone, DSE_CASES=n so many.
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/levels.h"
#include "dse/overlap/division_search.h"
#include "dse/space/space.h"
#include "dse/tiles/energy_bound.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/seeds.h"
#include "tests/unit/dse/tiny_problems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

constexpr int kMappings = 30;  // of a layer

// A box with the mapping's tile, within plateaus or not.
TileBox box_around(const Extents& tile, const Division& division, Rng& rng, bool within_plateaus) {
  TileBox box;
  for (size_t k = 0; k < kDimCount; ++k) {
    const int64_t share = division.share.values[k], size = tile.values[k];
    const Plateau plateau = Plateau::of(share, size);
    const int64_t lo = within_plateaus ? plateau.lo : 1, hi = within_plateaus ? plateau.hi : share;
    box.lo[k] = static_cast<int32_t>(rng.coin() ? size : rng.between(lo, size));
    box.hi[k] = static_cast<int32_t>(rng.coin() ? size : rng.between(size, hi));
  }
  return box;
}

void check_layer(const Work& work, const System& system, const PrecisionInfo& precision, Rng& rng) {
  const Problem problem(work, system, precision, Goal::Edp, Reach::Full);
  const EnergyTables tables(problem);
  overlap::Context context(problem);
  const std::vector<overlap::Flow> flows = overlap::flows(problem);
  WindowTable windows(work);
  Constraints through;
  through.past_lx = {0};
  const Space space(work, system, through);
  for (int k = 0; k < kMappings; ++k) {
    const RapidDsc dsc = space.sample(rng);
    if (first_rejection(work, system, precision, dsc)) continue;
    INFO(print_rapid_dsc(dsc));
    const int64_t cycles = levels(work, system, precision, dsc).most();
    const Energy used = energy(work, system, precision, dsc, cycles);
    const Division division(problem, dsc.core_d, windows);
    EnergyBound bound(problem, tables, division);
    for (int n = 0; n < 4; ++n)
      CHECK(bound.least(box_around(dsc.t, division, rng, n > 0)) <= used.total() - used.leakage);
    const overlap::DivisionSearch search(context, flows, dsc.core_d);
    CHECK((search.least() <= problem.objective.of(cycles, used)));
  }
}

void run_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "energy-bounds"), 0};
  Network net(seed);
  if (rng.below(3) == 0)
    add_tiny_array_layer(net, rng, 4, 12);
  else
    add_random_layer(net, rng);
  System system = tiny_system(rng, {4, 4});
  system.core.lx_bytes = 1 << 20;
  vary_energy(rng, system);
  const PrecisionInfo precision = random_precision(rng, system);
  INFO("replay with DSE_SEED=" << seed << "\n" << print(net.graph));
  const std::vector<Work> works = describe(net.graph).value();
  for (const Work& work : works) check_layer(work, system, precision, rng);
}

}  // namespace

TEST_CASE("no bound in energy is above what a mapping takes", "[dse]") {
  run_seeds("DSE", 300, run_seed);
}
