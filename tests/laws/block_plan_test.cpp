// A block plan made choice by choice, as a search does, prices bodies as the lowered mapping does.
#include "costmodel/block_nest.h"
#include "costmodel/tile_nest.h"
#include "tests/laws/random_case.h"
#include "tests/support/catch.h"

using namespace tilewright;
using namespace tilewright::test;

TEST_CASE("bodies from choices take the cycles of the lowered mapping", "[laws]") {
  int64_t priced = 0;
  for_random_layers(2000, [&](const LayerCase& c) {
    if (c.work.kind != WorkKind::Array) return;
    const UnitTimes times(c.work, c.system, c.precision);
    const LoopNest nest = lower(c.work, c.system, c.precision, c.dsc);
    const BlockOperands operands(c.work);
    BlockPlan plan;
    set_unroll(plan, nest.unroll, nest.pe_unroll);
    plan.cores = nest.cores;
    plan.divided = !nest.rounds.empty();
    for (size_t x = 0; x < 3; ++x) {
      plan.hops[x].outer = nest.inner[x].outer;
      plan.hops[x].inner = nest.inner[x].inner;
      plan.hops[x].type = nest.inner[x].type;
      plan.hops[x].run_axes = nest.inner[x].run_axes;
    }
    set_block(plan, operands, c.dsc.b);
    std::vector<Dim> order;
    for (const Loop& loop : nest.b_loops) order.push_back(loop.ref.dim);
    set_order(plan, operands, order, c.precision.bits, nest.t_partial != 0);
    const TileGrid grid(c.work, times, c.dsc, nest);
    for (const auto& step : tile_timeline(times, nest, grid).steps) {
      const Cost whole = block_nest_cost(c.work, times, nest, step.tile).cost;
      CHECK(body_cycles(operands, times, plan, step.tile) == whole.cycles);
      ++priced;
    }
  });
  CHECK((priced > 1000 || std::getenv("LAWS_SEED") != nullptr));
}
