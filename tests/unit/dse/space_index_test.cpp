// Numbers of the declared space against its definition (naive_space.h): as many indices as
// mappings, and each way back. A failure prints its seed; SPACE_SEED=n runs that one alone.
#include <cstdlib>
#include <set>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "dse/space/space.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/systems.h"
#include "tests/unit/dse/naive_space.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// What some mapping that was counted has.
std::set<std::string> seen;

void note(const Work& work, const RapidDsc& dsc) {
  seen.insert(work.primitive);
  if (dsc.core_d.share == ShareRule::Greedy) seen.insert("greedy");
  if (dsc.core_d.ring_order.size() > 1) seen.insert("ring order");
  for (const auto* axis : {&dsc.p.rows, &dsc.p.columns, &dsc.p.lanes})
    if (axis->size() > 1) seen.insert("two dims on an axis");
  if (std::count_if(dsc.loop_order.begin(), dsc.loop_order.end(),
                    [](LoopRef loop) { return loop.stage == Stage::B; }) > 1)
    seen.insert("order of B loops");
  for (const DataStructure& data : dsc.data_structures)
    for (const DataTransfer& hop : data.transfers) {
      const Place inner = inner_place(hop, data.role);
      if (hop.slide) seen.insert("slide");
      if (inner != Place::Lx) seen.insert(std::string(name_of(inner)));
      if (inner == Place::Lrf && data.role == Role::Out) seen.insert("sums in the PEs");
      if (inner != Place::Lx && data.transfers.size() == 1) seen.insert("bypass");
    }
}

void same_as_naive(const Work& work, const System& system, int64_t most) {
  const Space space(work, system);
  if (space.size() > most) return;
  std::set<mpz_class> indices;
  int64_t mappings = 0;
  for_each_declared(work, system, [&](const RapidDsc& dsc) {
    ++mappings;
    note(work, dsc);
    const auto index = space.index_of(dsc);
    if (index) indices.insert(*index);
    CAPTURE(print_rapid_dsc(dsc));
    CHECK(index.has_value());
    return index && mappings <= most;
  });
  CHECK(space.size() == mappings);
  CHECK(indices.size() == static_cast<size_t>(mappings));
  for (int64_t k = 0; k < mappings; ++k) {
    const RapidDsc dsc = space.at(k);
    const auto index = space.index_of(dsc);
    if (index && *index == k && declared(work, system, dsc)) continue;
    CAPTURE(k, print_rapid_dsc(dsc));
    CHECK(index == mpz_class(k));
    CHECK(declared(work, system, dsc));
    return;
  }
}

}  // namespace

TEST_CASE("the space numbers every mapping of its definition, each once", "[dse][space]") {
  const char* only = std::getenv("SPACE_SEED");
  const uint64_t first = only != nullptr ? std::strtoull(only, nullptr, 10) : 0;
  for (uint64_t seed = first; seed < (only != nullptr ? first + 1 : 200); ++seed) {
    Rng rng{seed, 0};
    const Graph graph = tiny_layer(rng);
    const System system = tiny_system(rng);
    const std::vector<Work> works = describe(graph).value();
    for (const Work& work : works) {
      INFO("SPACE_SEED=" << seed << ", " << work.primitive);
      same_as_naive(work, system, 5000);
    }
  }
  if (only != nullptr) return;
  System rows = small_system(1);
  rows.array.rows = 4;
  rows.array.columns = rows.array.lanes = rows.core.corelets = 1;
  rows.array.lrf_bytes = 0;
  same_as_naive(conv_work({1, 1, 2, 1, 2, 1, {{2, 1}, {1, 1}, {1, 1}, {0, 0}, {0, 0}}}), rows,
                50000);
  CHECK(seen == std::set<std::string>{"Acc", "Conv", "L0", "Lrf", "MatMul", "Move", "Pe",
                                      "Pointwise", "Pool", "Reduce", "bypass", "greedy",
                                      "order of B loops", "ring order", "slide", "sums in the PEs",
                                      "two dims on an axis"});
}

TEST_CASE("sizes by hand", "[dse][space]") {
  const Graph graph = one_node(Reduce{ReduceKind::Max, {0}}, {{2, 3}}, 1, "Reduce");
  const Work work = describe(graph).value().front();
  CHECK(Space(work, small_system(1)).size() == 1 + 3 + 2 * 3 * 3 + 2 * 2 * 3 * 3);
  // Over two cores: the reduced dim whole in each, or one or two of the three others.
  const int64_t reduced = 1 + 2 * 3 * 3, kept = 1 + 3 + 3 * 3 + 2 * 3 * 3;
  CHECK(Space(work, small_system(2)).size() == 58 + reduced + kept);
}
