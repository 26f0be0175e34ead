// Between perfect overlap and none. A layer's time is made of sums and maxima of what its units
// take, so it is a monotone function of these times, and at most the sum of what it is for each
// unit alone with all others free (derived; systems of sums and maxima are the subject of F.
// Baccelli, G. Cohen, G. Olsder, J.-P. Quadrat, "Synchronization and Linearity", 1992):
//
//   max over units of T(unit alone)  <=  T  <=  sum over units of T(unit alone)
//
// "Free" is one cycle per transfer here, the least a link takes, and nothing elsewhere. Latencies
// belong to their unit. Without them the left side is the slowest level alone [M1], which stays
// below T, too; the plain sum of all levels is not above T in general: it has no latencies.
#include "costmodel/levels.h"
#include "tests/laws/random_case.h"
#include "tests/support/catch.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

enum class Part { External, ArrayIn, ArrayOut, Array, Sfu, Sync };
constexpr Part kParts[] = {Part::External, Part::ArrayIn, Part::ArrayOut,
                           Part::Array,    Part::Sfu,     Part::Sync};
constexpr Link kFreeLink = {{int64_t{1} << 40, 1}, 0};

// Cycles where all units but one are free.
int64_t alone(const LayerCase& c, Part part) {
  System s = c.system;
  PrecisionInfo precision = c.precision;
  if (part != Part::External) {
    s.chip.external = s.chip.ring = kFreeLink;
    s.chip.turnaround_cycles = 0;
  }
  if (part != Part::ArrayIn) {
    s.core.array_in = kFreeLink;
    s.array.lrf_load_cycles = 0;
  }
  if (part != Part::ArrayOut) s.core.array_out = kFreeLink;
  if (part != Part::Array) {
    precision.mac_cycles = {0, 1};
    s.array.fill_cycles = 0;
  }
  if (part != Part::Sfu) s.core.sfu = {s.core.sfu.lanes, 0, 0, 0};
  if (part != Part::Sync) s.core.semaphore_cycles = s.chip.layer_cycles = 0;
  return price(c.work, s, precision, c.dsc).cost.cycles;
}

}  // namespace

TEST_CASE("a layer takes no less than any unit alone, and no more than all one by one", "[laws]") {
  for_random_layers(2000, [](const LayerCase& c) {
    const int64_t cycles = price(c.work, c.system, c.precision, c.dsc).cost.cycles;
    int64_t most = 0, sum = 0;
    for (Part part : kParts) {
      const int64_t one = alone(c, part);
      most = std::max(most, one);
      sum += one;
    }
    CHECK(most <= cycles);
    CHECK(cycles <= sum);
  });
}

TEST_CASE("perfect overlap is never above the waveform", "[laws]") {
  for_random_layers(2000, [](const LayerCase& c) {
    const Levels level = levels(c.work, c.system, c.precision, c.dsc);
    const int64_t cycles = price(c.work, c.system, c.precision, c.dsc).cost.cycles;
    CHECK(level.most() + c.system.chip.layer_cycles <= cycles);
    CHECK(price_max_of_levels(c.work, c.system, c.precision, c.dsc).cost.cycles == level.most());
  });
}
