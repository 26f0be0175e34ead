// What a precision's bits and rate do to the price of a mapping, by reasoning from outside.
#include <cstdlib>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/levels.h"
#include "costmodel/price.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// Calls check(rng, system, work, mapping) for random layers under mappings that are legal in FP32.
template <class Check>
void for_random_mappings(const char* stream, Check&& check) {
  const char* one = std::getenv("PRECISION_SEED");
  const uint64_t begin = one != nullptr ? std::strtoull(one, nullptr, 10) : 0;
  for (uint64_t seed = begin; seed < (one != nullptr ? begin + 1 : 300); ++seed) {
    Rng rng{stream_seed(seed, stream), 0};
    Network net(seed);
    add_random_layer(net, rng);
    System system = rng.coin() ? rapid_chip() : small_system(rng.between(1, 8));
    if (rng.coin()) system.chip.memory_stops = {0};
    const std::vector<Work> works = describe(net.graph).value();
    const Plan plan = random_plan(rng, net.graph, system, "fp32");
    for (size_t k = 0; k < works.size(); ++k) {
      const RapidDsc& dsc = plan.layers[k].dsc;
      INFO("replay with PRECISION_SEED=" << seed << "\n"
                                         << print(net.graph) << print_rapid_dsc(dsc));
      check(rng, system, works[k], dsc);
    }
  }
}

}  // namespace

TEST_CASE("half the bits never cost more cycles, nor bytes on any link", "[laws]") {
  for_random_mappings("halves",
                      [](Rng& rng, System& system, const Work& work, const RapidDsc& dsc) {
                        system.chip.external_granule_bytes = int64_t{1} << rng.between(0, 6);
                        PrecisionInfo wide{32, {rng.between(1, 4), 1}, 0};
                        while (wide.bits > 1) {
                          PrecisionInfo narrow = wide;
                          narrow.bits /= 2;
                          if (rng.coin()) narrow.mac_cycles = narrow.mac_cycles * Rational{1, 2};
                          REQUIRE_FALSE(first_rejection(work, system, narrow, dsc).has_value());
                          CHECK(price(work, system, narrow, dsc).cost.cycles <=
                                price(work, system, wide, dsc).cost.cycles);
                          CHECK(lower_bound_cycles(work, system, narrow) <=
                                price(work, system, narrow, dsc).cost.cycles);
                          const auto few = link_bytes(work, system, narrow, dsc);
                          for (const auto& [link, bytes] : link_bytes(work, system, wide, dsc))
                            CHECK(few.at(link) <= bytes);
                          wide = narrow;
                        }
                      });
}

// n elements of 32 / k bits fill as many granules of g bytes as n of FP32 fill of k * g bytes.
TEST_CASE("external runs of parts of bytes are those of FP32 in larger granules", "[laws]") {
  for_random_mappings("granules", [](Rng& rng, System& system, const Work& work,
                                     const RapidDsc& dsc) {
    const LoopNest nest = lower(work, system, {32, {1, 1}, 0}, dsc);
    for (const Motion& motion : nest.external)
      if (motion.revisits != 0) return;  // partial sums are FP32 in any precision
    const int64_t bits = int64_t{1} << rng.between(0, 4), granule = int64_t{1} << rng.between(0, 6);
    system.chip.external_granule_bytes = granule;
    const auto narrow = link_bytes(work, system, {bits, {1, 1}, 0}, dsc);
    system.chip.external_granule_bytes = granule * 32 / bits;
    const auto words = link_bytes(work, system, {32, {1, 1}, 0}, dsc);
    CHECK(narrow.at("external") * (32 / bits) == words.at("external"));
  });
}

TEST_CASE("the array takes ceil(steps * mac_cycles) for each block, no more", "[laws]") {
  for_random_mappings("rate", [](Rng& rng, System& system, const Work& work, const RapidDsc& dsc) {
    if (work.kind != WorkKind::Array) return;
    const Rational rate = Rational::of(rng.between(1, 30), rng.between(1, 30));
    const Extents unroll = lower(work, system, {32, rate, 0}, dsc).unroll;
    int64_t cycles = 0;
    // Blocks of the largest core: along each dim those of each of its tiles.
    const auto blocks = [&](auto&& self, size_t dim, int64_t steps) -> void {
      if (dim == kDimCount) {
        cycles += (steps * rate.num + rate.den - 1) / rate.den;
        return;
      }
      const Dim d = kDims[dim];
      const int64_t share = lower(work, system, {32, rate, 0}, dsc).share[d];
      for (int64_t at = 0; at < share; at += dsc.t[d])
        for (int64_t b = at; b < std::min(share, at + dsc.t[d]); b += dsc.b[d]) {
          const int64_t extent = std::min({dsc.b[d], at + dsc.t[d] - b, share - b});
          self(self, dim + 1, steps * ((extent + unroll[d] - 1) / unroll[d]));
        }
    };
    blocks(blocks, 0, 1);
    CHECK(levels(work, system, {32, rate, 0}, dsc).array == cycles);
    const Cost cost = price(work, system, {32, rate, 0}, dsc).cost;
    CHECK(cost[CostClass::MacCompute] + cost[CostClass::ArrayUnderuse] == cycles);
  });
}
