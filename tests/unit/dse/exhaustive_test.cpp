// The search against plain enumeration of the declared space, priced by price(): equal in cost on
// random tiny problems. A failure prints its seed; DSE_SEED=n runs that one alone.
#include <cstdlib>

#include "compiler/mapping/compose.h"
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "compiler/mapping/share.h"
#include "dse/search.h"
#include "dse/space.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// Every choice of hops: bit x of `doubled` doubles operand x, at External (level 0) or Lx (1).
class Enumeration {
 public:
  Enumeration(const Work& work, const System& system, const PrecisionInfo& precision)
      : work_(work), system_(system), precision_(precision) {}

  // Least cycles, or -1 when no mapping is legal; -2 when there are too many to enumerate.
  int64_t run() {
    for (const Extents& parts : divisions(work_, system_.chip.cores)) {
      choice_ = {};
      choice_.parts = parts;
      choice_.types.assign(work_.operands.size(), {TransferType::BlockLoad, TransferType::Stream});
      choice_.inner.assign(work_.operands.size(), Place::L0);
      tiles(0);
      if (priced_ > kMost) return -2;
    }
    return least_;
  }

 private:
  static constexpr int64_t kMost = 60000;

  int64_t share(Dim d) const { return largest_share(work_.extent[d], choice_.parts[d]); }

  void tiles(size_t k) {
    if (priced_ > kMost) return;
    if (k == kDimCount) return tile_orders_of();
    const Dim d = kDims[k];
    for (int64_t t : contains(whole_dims(work_), d) ? std::vector<int64_t>{share(d)}
                                                    : balanced_tiles(share(d))) {
      choice_.t[d] = t;
      tiles(k + 1);
    }
  }

  DimSet several(const Extents& limit, const Extents& step) const {
    DimSet set = 0;
    for (Dim d : kDims)
      if (step[d] < limit[d]) set |= bit(d);
    return set;
  }

  void tile_orders_of() {
    Extents shares;
    for (Dim d : kDims) shares[d] = share(d);
    for (const auto& order : tile_orders(work_, several(shares, choice_.t))) {
      choice_.t_order = order;
      const unsigned sets = work_.kind == WorkKind::Move ? 1u : 1u << work_.operands.size();
      for (unsigned doubled = 0; doubled < sets; ++doubled) {
        for (size_t x = 0; x < work_.operands.size(); ++x)
          choice_.types[x][0] =
              (doubled >> x & 1) != 0 ? TransferType::DoubleBuffer : TransferType::BlockLoad;
        if (work_.kind == WorkKind::Array)
          flows();
        else
          consider();
      }
    }
  }

  void flows() {
    for (const Dataflow& flow : dataflows(work_, system_)) {
      choice_.p = flow.p;
      choice_.inner[0] = flow.inner[0];
      choice_.inner[1] = flow.inner[1];
      blocks(flow, 0);
    }
  }

  void blocks(const Dataflow& flow, size_t k) {
    if (priced_ > kMost) return;
    if (k == kDimCount) return block_orders_of(flow);
    const Dim d = kDims[k];
    for (int64_t b : block_extents(d, choice_.t[d], flow.unroll[d])) {
      choice_.b[d] = b;
      blocks(flow, k + 1);
    }
  }

  void block_orders_of(const Dataflow& flow) {
    for (const auto& order : block_orders(several(choice_.t, choice_.b))) {
      choice_.b_order = order;
      for (unsigned doubled = 0; doubled < 8; ++doubled) {
        for (size_t x = 0; x < 3; ++x) {
          const bool lrf = x < 2 && flow.inner[x] == Place::Lrf;
          choice_.types[x][1] = (doubled >> x & 1) != 0 ? TransferType::DoubleBuffer
                                : lrf                   ? TransferType::BlockLoad
                                                        : TransferType::Stream;
        }
        consider();
      }
    }
  }

  void consider() {
    const RapidDsc dsc = compose(work_, choice_);
    if (first_rejection(work_, system_, precision_, dsc)) return;
    ++priced_;
    const int64_t cycles = price(work_, system_, precision_, dsc).cost.cycles;
    if (least_ < 0 || cycles < least_) least_ = cycles;
  }

  const Work& work_;
  const System& system_;
  const PrecisionInfo& precision_;
  MappingChoice choice_;
  int64_t least_ = -1, priced_ = 0;
};

System tiny_system(Rng& rng) {
  System system = small_system(rng.between(1, 3));
  system.core.semaphore_cycles = rng.between(0, 4);
  system.array.fill_cycles = rng.between(0, 8);
  system.chip.external.latency_cycles = rng.between(0, 30);
  system.core.lx_bytes = rng.between(200, 4000);
  system.array.accumulators = rng.between(2, 16);
  system.array.l0_bytes = rng.between(40, 600);
  system.array.lrf_bytes = rng.between(8, 100);
  if (rng.coin()) system.array.column_dims = {"out", "i"};
  if (rng.coin()) system.array.lane_dims = {"out"};
  if (rng.coin()) system.array.row_dims = {"in"};
  if (rng.coin()) system.array.corelet_dims = {"j"};
  return system;
}

// -1: skipped.
int run_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "dse"), 0};
  Network net(seed);
  add_random_layer(net, rng);
  const std::vector<Work> works = describe(net.graph).value();
  if (works.empty()) return 0;
  const System system = tiny_system(rng);
  const PrecisionInfo& precision = system.precisions.at(rng.coin() ? "fp16" : "fp32");
  const Work& work = works[0];
  if (work.points() > 400) return 0;
  const int64_t expected = Enumeration(work, system, precision).run();
  if (expected == -2) return 0;
  SearchOptions options;
  options.jobs = 1;
  const auto found = search_layer(work, system, precision, options);
  INFO("replay with DSE_SEED=" << seed << "\n" << print(net.graph));
  if (expected == -1) {
    CHECK_FALSE(found.has_value());
    return 1;
  }
  REQUIRE(found.has_value());
  INFO(print_rapid_dsc(found->best));
  CHECK(found->price.cost.cycles == expected);
  CHECK(found->proven);
  CHECK(found->gap == 0);
  return 1;
}

}  // namespace

TEST_CASE("the search finds what enumeration finds", "[dse]") {
  if (const char* one = std::getenv("DSE_SEED")) {
    run_seed(std::strtoull(one, nullptr, 10));
    return;
  }
  const char* cases = std::getenv("DSE_CASES");
  const int wanted = cases != nullptr ? std::atoi(cases) : 200;
  int done = 0;
  for (uint64_t seed = 0; done < wanted; ++seed) done += run_seed(seed);
}

TEST_CASE("results and counters do not depend on the number of threads", "[dse]") {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    Rng rng{stream_seed(seed, "jobs"), 0};
    Network net(seed);
    add_random_layer(net, rng);
    const std::vector<Work> works = describe(net.graph).value();
    if (works.empty()) continue;
    const System system = small_system();
    SearchOptions options;
    options.jobs = 1;
    options.max_evaluations = 200000;
    const auto one = search_layer(works[0], system, system.precisions.at("fp16"), options);
    REQUIRE(one.has_value());
    for (int jobs : {2, 5}) {
      options.jobs = jobs;
      const auto many = search_layer(works[0], system, system.precisions.at("fp16"), options);
      CHECK(many->best == one->best);
      CHECK(many->evaluated == one->evaluated);
      CHECK(many->pruned == one->pruned);
      CHECK(many->lower_bound_cycles == one->lower_bound_cycles);
    }
  }
}
