// Constraints that leave nothing: the smallest set that does so, with its numbers.
#include "dse/space/conflict.h"

#include <algorithm>

#include "dse/space/constraints_yaml.h"
#include "dse/space/space.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/systems.h"
#include "tests/unit/dse/naive_space.h"
#include "tests/unit/dse/random_constraints.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

std::string conflict_of(const std::string& yaml) {
  const Work work = conv_work({1, 1, 64, 512, 28, 28, square_window(3, 1, 1)});
  const ConstraintFile file = parse_constraints(yaml, "c.yaml").value();
  const auto found = conflict(file, work, rapid_chip());
  if (!found) return "";
  const std::string start = "layer 'Conv': no mapping has ";
  REQUIRE(found->message.substr(0, start.size()) == start);
  return found->where.substr(7) + ": " + found->message.substr(start.size());
}

}  // namespace

TEST_CASE("a smallest set of constraints that leave nothing", "[dse][space]") {
  int64_t found = 0, several = 0;
  for (uint64_t seed = 0; seed < 600; ++seed) {
    Rng rng{seed, 0};
    const Graph graph = tiny_layer(rng);
    const System system = tiny_system(rng);
    const Work work = describe(graph).value().front();
    const auto empty = [&](const std::vector<ClauseAt>& clauses) {
      Constraints constraints;
      for (const ClauseAt& at : clauses) narrow(constraints, at.clause);
      return Space(work, system, constraints).size() == 0;
    };
    if (empty({})) continue;  // a system with no place for sums
    std::vector<ClauseAt> all = random_clauses(rng, 3);
    if (rng.coin()) {  // so that none of them is impossible alone
      for (int more = 0; more < 5; ++more)
        for (const ClauseAt& at : random_clauses(rng, 3)) all.push_back(at);
      std::erase_if(all, [&](const ClauseAt& at) { return empty({at}); });
    }
    const std::vector<ClauseAt> least = conflicting(all, work, system);
    CAPTURE(seed, least.size());
    CHECK(least.empty() == !empty(all));
    if (least.empty()) continue;
    CHECK(empty(least));
    for (size_t k = 0; k < least.size(); ++k) {
      std::vector<ClauseAt> others = least;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(k));
      CHECK(!empty(others));
      CHECK(std::find(all.begin(), all.end(), least[k]) != all.end());
    }
    ++found;
    several += least.size() > 1 ? 1 : 0;
  }
  CHECK(found > 100);
  CHECK(several > 20);
}

TEST_CASE("a conflict names what cannot hold together", "[dse][space]") {
  struct Row {
    const char* yaml;
    std::string message;
  };
  const std::string places = "L0/L0/Acc, L0/Lrf/Acc, Lrf/L0/Acc, Lrf/Lrf/Acc";
  const Row rows[] = {
      {"- {parts: {out: {least: 16}}, t: {in: 8}}\n- {t: {out: {least: 64}, ki: 3}}",
       "2:17: parts.out >= 16 (line 2) and t.out >= 64 (line 3): out has 512 indices, in 16 or "
       "more parts at most 32 each"},
      {"- {t: {out: 600, in: 3}}", "2:13: t.out = 600 (line 2): out has 512 indices"},
      {"- {parts: {out: 8}}\n- {parts: {i: 2, j: 4}, share: balanced}",
       "2:17: parts.out = 8 (line 2) and parts.i = 2 (line 3) and parts.j = 4 (line 3): that is 8 "
       "* "
       "2 * 4 parts, the chip has 32 cores"},
      {"- {parts: {mb: 2}}", "2:16: parts.mb = 2 (line 2): mb has 1 index"},
      {"- {share: greedy, parts: {mb: 1, grp: 1, out: 16, in: 1, i: 2, j: 1, ki: 1, kj: 1}}",
       "2:47: parts.out = 16 (line 2) and share = greedy (line 2): out has 512 indices; greedy is "
       "for shares that are not the balanced ones, none of a reduced dim empty"},
      {"- {b: {i: {least: 8}}, t: {j: 4, i: {most: 4}}}",
       "2:37: t.i <= 4 (line 2) and b.i >= 8 (line 2): B is at most T"},
      {"- {p: {rows: {in: 4, ki: 3}}}",
       "2:19: rows.in = 4 (line 2) and rows.ki = 3 (line 2): 4 * 3 is more than 8 rows"},
      {"- {p: {columns: {only: [in, out], in: 2}}}",
       "2:39: columns.in = 2 (line 2): the system lays [out, i, j, mb, grp] along columns"},
      {"- {p: {rows: {only: [ki]}}}\n- {p: {rows: {in: 2}}}",
       "2:21: rows.only = [ki] (line 2) and rows.in = 2 (line 3)"},
      {"- {places: {OUT: Lrf}}",
       "2:18: places.OUT in [Lrf] (line 2): INP/KER/OUT may sit in " + places},
      {"- {places: {INP: Pe, KER: L0}}",
       "2:18: places.INP in [Pe] (line 2): INP/KER/OUT may sit in " + places},
      {"- {bypass: KER}\n- {bypass: [none, INP]}",
       "2:12: bypass in [KER] (line 2) and bypass in [none, INP] (line 3)"},
      {"- {t: {out: 4, i: 4}, t_order: [out, i]}\n- {t_order: [i, out], parts: {i: 1}}\n"
       "- {parts: {out: {most: 9}}}",
       "2:13: t.out = 4 (line 2) and t.i = 4 (line 2) and t_order = [out, i] (line 2) and "
       "parts.i = 1 (line 3) and t_order = [i, out] (line 3)"},
      {"- {places: {KER: Lrf}, b: {in: 2}, t: {in: 8}, transfers: {KER: {array: stream}}}",
       "2:44: t.in = 8 (line 2) and b.in = 2 (line 2) and places.KER in [Lrf] (line 2) and "
       "transfers.KER.array in [stream] (line 2): L0 takes any type, the LRF block-load or "
       "double-buffer, PEs streams"},
      {"- {parts: {out: 8}, t: {out: 64}}\n- {layer: other, t: {out: 600}}", ""},
  };
  for (const Row& row : rows)
    CHECK(conflict_of(std::string("constraints:\n") + row.yaml) == row.message);
}

TEST_CASE("a conflict as people see it; layers that are not there", "[dse][space]") {
  const char* text =
      "constraints:\n  - layer: Conv\n    t: {out: {least: 64}}\n    parts: {out: 16}\n"
      "  - layer: Con\n    slide: false\n  - slide: true\n";
  const ConstraintFile file = parse_constraints(text, "c.yaml").value();
  const Work work = conv_work({1, 1, 64, 512, 28, 28, square_window(3, 1, 1)});
  const auto found = conflict(file, work, rapid_chip());
  REQUIRE(found);
  CHECK(to_string({*found}) ==
        "c.yaml:3:14: error: layer 'Conv': no mapping has t.out >= 64 (line 3) and parts.out = 16 "
        "(line 4): out has 512 indices, in 16 or more parts at most 32 each\n"
        "  hint: without any one of these there are some\n");
  CHECK(to_string(unknown_layers(file, {work})) ==
        "c.yaml:5:5: error: no layer is called 'Con'\n  hint: did you mean 'Conv'?\n");
}
