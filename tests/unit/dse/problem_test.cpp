// Dataflows that unroll alike, and which of them bounds may leave out.
#include "dse/problem.h"

#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/mapped_network.h"

using namespace tilewright;

namespace {

// Either dim may lie along columns or along lanes.
System square_array() {
  System system = test::small_system(1);
  system.array.rows = system.core.corelets = 1;
  system.array.columns = system.array.lanes = 4;
  system.array.column_dims = system.array.lane_dims = {"mb", "out"};
  return system;
}

bool stood_for(const UnrollClass& c, const Problem& problem) {
  for (const UnrollClass& other : problem.unrolls) {
    bool covers = !other.dominated;
    for (Dim d : kDims) covers &= other.unroll[d] % c.unroll[d] == 0;
    if (covers) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("of dataflows that unroll alike, one stands for all in bounds", "[dse]") {
  const Work work = test::matmul_work(1, 16, 16, 16);
  System system = square_array();
  SECTION("loads into the LRFs depend on which axis is which") {
    system.array.lrf_load_cycles = 1;
    const Problem problem(work, system, system.precisions.at("fp16"));
    for (const UnrollClass& c : problem.unrolls) CHECK(stood_for(c, problem));
  }
  SECTION("reads from the LRFs do") {
    system.energy.lrf = 50;
    const Problem problem(work, system, system.precisions.at("fp16"), Goal::Energy);
    for (const UnrollClass& c : problem.unrolls) CHECK(stood_for(c, problem));
    size_t alike = 0;
    for (const UnrollClass& a : problem.unrolls)
      for (const UnrollClass& b : problem.unrolls)
        alike += &a < &b && a.unroll == b.unroll && a.lanes != b.lanes ? 1 : 0;
    CHECK(alike > 0);
  }
}
