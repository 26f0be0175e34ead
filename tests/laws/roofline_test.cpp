// No mapping is faster than any one link or unit that it keeps busy: one roofline per level (S.
// Williams, A. Waterman, D. Patterson, "Roofline: An Insightful Visual Performance Model for
// Multicore Architectures", CACM 2009). With P cores at work, the busiest has at least 1/P of what
// all of them do; what stands below are counts of work and bytes over rates, no time of the model.
#include "costmodel/price.h"
#include "tests/laws/random_case.h"
#include "tests/support/catch.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// Least cycles per element of the scalar functions that each result or point passes through.
int64_t functions(const LayerCase& c) {
  const Sfu& sfu = c.system.core.sfu;
  const auto steps = static_cast<int64_t>(c.work.expr.steps.size());
  const int64_t least = std::min(sfu.simple_cycles, sfu.special_cycles);
  if (c.work.kind == WorkKind::Move) return 0;
  if (c.work.kind == WorkKind::Array)
    return steps * least + (c.work.find(Role::Bias) != nullptr ? sfu.simple_cycles : 0);
  return std::max(steps * least, sfu.simple_cycles);
}

int64_t sfu_elements(const LayerCase& c) {
  if (c.work.kind == WorkKind::Sfu) return c.work.points();
  int64_t outputs = 1;
  for (Dim d : kDims)
    if (!contains(c.work.reduction, d)) outputs *= c.work.extent[d];
  return outputs;
}

}  // namespace

TEST_CASE("cycles are above the roofline of every link and unit", "[laws]") {
  for_random_layers(2000, [](const LayerCase& c) {
    int64_t cores = 1;
    for (Dim d : kDims) cores *= c.dsc.core_d.parts[d];
    const int64_t cycles = price(c.work, c.system, c.precision, c.dsc).cost.cycles;
    const int64_t worked = cycles - c.system.chip.layer_cycles;
    const auto bytes = link_bytes(c.work, c.system, c.precision, c.dsc);

    const Rational per_step = c.precision.mac_cycles;
    CHECK(worked >=
          ceil_div(c.work.macs() * per_step.num, per_step.den * cores * c.system.macs_per_core()));
    CHECK(worked >= ceil_div(sfu_elements(c) * functions(c), cores * c.system.core.sfu.lanes));
    CHECK(worked >= hold_cycles(bytes.at("external"), c.system.chip.external_bytes_per_cycle()));
    CHECK(worked >= hold_cycles(ceil_div(bytes.at("array_in"), cores),
                                c.system.core.array_in.bytes_per_cycle));
    CHECK(worked >= hold_cycles(ceil_div(bytes.at("array_out"), cores),
                                c.system.core.array_out.bytes_per_cycle));
    CHECK(cycles >= lower_bound_cycles(c.work, c.system, c.precision));
  });
}
