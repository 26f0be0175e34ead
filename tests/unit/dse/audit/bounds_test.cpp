// No bound of the auditor is above what a mapping of the part takes: Q1 to Q7 of
// dse/audit/README.md against price(), on random mappings of random layers and machines. A failure
// prints its seed; AUDIT_SEED=n runs that one alone, AUDIT_CASES=n so many.
#include <algorithm>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/audit/block_bound.h"
#include "dse/audit/order_bound.h"
#include "dse/space/space.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/seeds.h"
#include "tests/unit/dse/tiny_problems.h"

using namespace tilewright;
using namespace tilewright::test;
using audit::Box;

namespace {

constexpr int kMappings = 30;  // of a layer

// Around `size`; `alike`: of sizes that cut n into as many pieces.
Box box_around(const Extents& size, const Extents& n, Rng& rng, bool alike) {
  Box box;
  for (size_t k = 0; k < kDimCount; ++k) {
    const int64_t all = n.values[k], one = std::min(size.values[k], all);
    const int64_t trips = ceil_div(all, one);
    const int64_t least = alike ? audit::least_alike(all, one) : 1;
    const int64_t most = !alike || trips == 1 ? all : ceil_div(all, trips - 1) - 1;
    box.lo.values[k] = rng.coin() ? one : rng.between(least, one);
    box.hi.values[k] = rng.coin() ? one : rng.between(one, most);
  }
  return box;
}

std::vector<Dim> loops_of(const RapidDsc& dsc, Stage stage) {
  std::vector<Dim> loops;
  for (const LoopRef& loop : dsc.loop_order)
    if (loop.stage == stage) loops.push_back(loop.dim);
  return loops;
}

const audit::Dataflow* dataflow_of(const audit::Layer& layer, const RapidDsc& dsc) {
  const Place sums = inner_place(dsc.data_structures[2].transfers.back(), Role::Out);
  for (const audit::Dataflow& flow : layer.dataflows)
    for (const auto& layout : flow.layouts)
      if (layout.p == dsc.p && layout.sums == sums) return &flow;
  return nullptr;  // some axis could hold more
}

void check_tiles(const audit::Layer& layer, const audit::Shares& shares, const RapidDsc& dsc,
                 int64_t cycles, Rng& rng) {
  const audit::TileBound bound(layer, shares);
  const std::vector<Dim> order = loops_of(dsc, Stage::T);
  for (int k = 0; k < 4; ++k) {
    const Box box = box_around(dsc.t, shares.n, rng, k > 0);
    const audit::TileBound::Least least = bound.of(box);
    CHECK(least.cycles <= cycles);
    if (!order.empty()) CHECK(least.with[order.back()] <= cycles);
    CHECK(bound.lx_bytes(box) <= layer.system.core.lx_bytes);
    if (!audit::OrderBound::covers(layer, shares, box)) continue;
    CHECK(audit::OrderBound(layer, shares, box, least).least(order) <= cycles);
  }
}

void check_blocks(const audit::Layer& layer, const audit::Shares& shares, const RapidDsc& dsc,
                  int64_t cycles, Rng& rng) {
  using Cells = audit::TilePrograms::Cells;
  const audit::Dataflow* flow = dataflow_of(layer, dsc);
  if (flow == nullptr) return;
  const std::vector<Dim> tiles = loops_of(dsc, Stage::T), order = loops_of(dsc, Stage::B);
  const audit::TilePrograms programs(layer, shares, dsc.t,
                                     [&](const std::vector<Dim>& o) { return o == tiles; });
  const audit::BlockBound bound(layer, *flow, dsc.t, programs.bodies());
  audit::Hops hops;
  for (size_t x = 0; x < 3; ++x) {
    const DataTransfer& inner = dsc.data_structures[x].transfers.back();
    hops.places[x] = inner_place(inner, dsc.data_structures[x].role);
    hops.types[x] = inner.type;
  }
  const bool partial = unfinished(order, layer.dims[layer.out], layer.work.reduction) != 0;
  CHECK(bound.fits(dsc.b, hops));
  CHECK(programs.least(bound.by_nest({dsc.b, dsc.b}, hops, order), programs.cells(partial)) <=
        cycles);
  for (int k = 0; k < 4; ++k) {
    const Box any = box_around(dsc.b, dsc.t, rng, false), box = box_around(dsc.b, dsc.t, rng, true);
    CHECK(bound.sums_fit(any.lo));
    CHECK(bound.fits(box.lo, hops));
    CHECK(programs.least(bound.least(any), Cells::Any) <= cycles);
    CHECK(programs.least(bound.least(box), Cells::Any) <= cycles);
    CHECK(programs.least(bound.least(box, hops, std::nullopt), Cells::Any) <= cycles);
    CHECK(programs.least(bound.least(box, hops, order), programs.cells(partial)) <= cycles);
    CHECK(programs.least(bound.by_nest(box, hops, order), programs.cells(partial)) <= cycles);
  }
}

void run_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "audit-bounds"), 0};
  Network net(seed);
  if (rng.coin())
    add_tiny_array_layer(net, rng, 4, 12);
  else
    add_random_layer(net, rng);
  const std::vector<Work> works = describe(net.graph).value();
  System system = tiny_system(rng, {4, 4});
  system.core.lx_bytes = 1 << 20;
  const PrecisionInfo precision = random_precision(rng, system);
  INFO("replay with AUDIT_SEED=" << seed << "\n" << print(net.graph));
  Constraints through_lx;
  through_lx.past_lx = {0};
  for (const Work& work : works) {
    const audit::Layer layer(work, system, precision);
    const Space space(work, system, through_lx);
    for (int k = 0; k < kMappings; ++k) {
      const RapidDsc dsc = space.sample(rng);
      if (first_rejection(work, system, precision, dsc)) continue;
      INFO(print_rapid_dsc(dsc));
      const int64_t cycles = price(work, system, precision, dsc).cost.cycles;
      const audit::Shares shares(layer, dsc.core_d);
      check_tiles(layer, shares, dsc, cycles, rng);
      if (work.kind == WorkKind::Array) check_blocks(layer, shares, dsc, cycles, rng);
    }
  }
}

}  // namespace

TEST_CASE("no bound of the auditor is above what a mapping takes", "[audit]") {
  run_seeds("AUDIT", 100, run_seed);
}
