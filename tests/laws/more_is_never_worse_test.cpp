// A better machine is never slower. More bandwidth on any link, less latency anywhere: no mapping
// takes more cycles (derived: times are sums and maxima of ceilings that fall). More capacity, more
// cores: the best mapping takes no more (derived: whatever was legal stays so, at the same price).
// Schedules made at run time have no such law: R. Graham, "Bounds on Multiprocessing Timing
// Anomalies", 1969, shows machines that get slower with more processors.
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/search.h"
#include "tests/laws/random_case.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

Rational more(Rational r, Rng& rng) {
  const int64_t den = rng.between(1, 7);
  return r * Rational::of(den + rng.between(1, 9), den);
}

void widen(System& s, size_t link, Rng& rng) {
  Link* const links[] = {&s.chip.external, &s.chip.ring, &s.core.array_in, &s.core.array_out};
  links[link]->bytes_per_cycle = more(links[link]->bytes_per_cycle, rng);
}
constexpr size_t kLinks = 4;

// Each of the times that a system states, less by a chance amount.
void hasten(System& s, size_t which, Rng& rng) {
  int64_t* const times[] = {&s.chip.external.latency_cycles,
                            &s.chip.ring.latency_cycles,
                            &s.core.array_in.latency_cycles,
                            &s.core.array_out.latency_cycles,
                            &s.chip.turnaround_cycles,
                            &s.core.semaphore_cycles,
                            &s.array.fill_cycles,
                            &s.core.sfu.latency_cycles,
                            &s.array.lrf_load_cycles,
                            &s.core.sfu.simple_cycles,
                            &s.core.sfu.special_cycles};
  *times[which] = rng.below(*times[which] + 1);
}
constexpr size_t kTimes = 11;

// A layer of few points on a system with little memory, so that capacity binds.
struct SmallProblem {
  explicit SmallProblem(uint64_t seed) : rng{stream_seed(seed, "more"), 0}, net(seed) {
    add_random_layer(net, rng);
    system = small_system(rng.between(1, 3));
    system.core.lx_bytes = rng.between(4, 60) * 64;
    system.array.l0_bytes = rng.between(16, 200);
    system.array.lrf_bytes = rng.between(8, 64);
    system.array.accumulators = rng.between(2, 12);
    system.chip.external.latency_cycles = rng.between(0, 20);
    const auto described = describe(net.graph);
    if (described && !described->empty() && described->front().points() <= 400 &&
        element_count(net.graph.value(net.graph.outputs[0]).shape) != 0)
      work = described->front();
  }
  // -1: the space holds no legal mapping.
  int64_t best(const System& s) const {
    const auto found = search_layer(*work, s, s.precisions.at("fp16"), {.jobs = 1});
    if (!found) return -1;
    REQUIRE(found->proven);
    return found->price.cost.cycles;
  }

  Rng rng;
  Network net;
  System system;
  std::optional<Work> work;
};

void enlarge(System& s, int64_t which, Rng& rng) {
  int64_t* const sizes[] = {&s.core.lx_bytes, &s.array.l0_bytes, &s.array.lrf_bytes,
                            &s.array.accumulators, &s.chip.cores};
  *sizes[which] += which == 4 ? 1 : rng.between(1, 3 * *sizes[which]);
}

}  // namespace

TEST_CASE("no mapping is slower with a faster link", "[laws]") {
  for_random_layers(1500, [](const LayerCase& c) {
    const int64_t cycles = price(c.work, c.system, c.precision, c.dsc).cost.cycles;
    for (size_t link = 0; link < kLinks; ++link) {
      System faster = c.system;
      widen(faster, link, c.rng);
      INFO("link " << link);
      CHECK(price(c.work, faster, c.precision, c.dsc).cost.cycles <= cycles);
    }
    for (size_t which = 0; which < kTimes; ++which) {
      System faster = c.system;
      hasten(faster, which, c.rng);
      INFO("time " << which);
      CHECK(price(c.work, faster, c.precision, c.dsc).cost.cycles <= cycles);
    }
  });
}

TEST_CASE("the best mapping is not slower on a larger machine", "[laws]") {
  int tried = 0, better = 0;
  for (uint64_t seed = 0; tried < 200; ++seed) {
    SmallProblem problem(seed);
    if (!problem.work) continue;
    const int64_t cycles = problem.best(problem.system);
    if (cycles < 0) continue;
    System larger = problem.system;
    const int64_t which = problem.rng.below(5);
    enlarge(larger, which, problem.rng);
    INFO("seed " << seed << ", size " << which << "\n" << print(problem.net.graph));
    const int64_t now = problem.best(larger);
    CHECK((now >= 0 && now <= cycles));
    ++tried;
    better += now < cycles ? 1 : 0;
  }
  CHECK(better > 20);
}
