// Constraints narrow the space to just the mappings that they allow. A failure prints its seed;
// SPACE_SEED=n runs that one alone.
#include <cstdlib>
#include <set>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "dse/network.h"
#include "dse/space/space.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/systems.h"
#include "tests/unit/dse/naive_space.h"
#include "tests/unit/dse/random_constraints.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

Constraints merged(const std::vector<ClauseAt>& clauses) {
  Constraints constraints;
  for (const ClauseAt& at : clauses) narrow(constraints, at.clause);
  return constraints;
}

mpz_class size_under(const Work& work, const System& system, const Clause& clause) {
  return Space(work, system, merged({{clause, 0, 0}})).size();
}

}  // namespace

TEST_CASE("what constraints leave of the space is what they allow", "[dse][space]") {
  const char* only = std::getenv("SPACE_SEED");
  const uint64_t first = only != nullptr ? std::strtoull(only, nullptr, 10) : 0;
  int64_t narrowed = 0, emptied = 0;
  for (uint64_t seed = first; seed < (only != nullptr ? first + 1 : 200); ++seed) {
    INFO("SPACE_SEED=" << seed);
    Rng rng{seed, 0};
    const Graph graph = tiny_layer(rng);
    const System system = tiny_system(rng);
    const std::vector<Work> works = describe(graph).value();
    for (const Work& work : works) {
      const Space whole(work, system);
      if (whole.size() > 2000) continue;
      std::vector<RapidDsc> all;
      for (int64_t k = 0; k < whole.size(); ++k) all.push_back(whole.at(k));
      for (int draw = 0; draw < 6; ++draw) {
        const std::vector<ClauseAt> clauses = random_clauses(rng, 3);
        const Constraints constraints = merged(clauses);
        const Space space(work, system, constraints);
        std::string text;
        for (const ClauseAt& at : clauses) text += to_string(at.clause) + "\n";
        CAPTURE(draw, text);
        std::set<mpz_class> indices;
        for (const RapidDsc& dsc : all) {
          const auto index = space.index_of(dsc);
          if (index.has_value() != allows(constraints, work, dsc)) {
            CAPTURE(print_rapid_dsc(dsc));
            CHECK(index.has_value() == allows(constraints, work, dsc));
            break;
          }
          if (index) indices.insert(*index);
        }
        CHECK(space.size() == indices.size());
        if (!indices.empty()) CHECK(*indices.rbegin() == space.size() - 1);
        narrowed += !indices.empty() && space.size() < whole.size() ? 1 : 0;
        emptied += indices.empty() ? 1 : 0;
      }
    }
  }
  if (only != nullptr) return;
  CHECK(narrowed > 100);
  CHECK(emptied > 100);
}

TEST_CASE("spaces under complementary constraints add up", "[dse][space]") {
  const Work works[] = {conv_work({1, 1, 64, 64, 56, 56, square_window(3, 1, 1), true}),
                        conv_work({8, 32, 16, 16, 14, 14, square_window(3, 1, 1)}),
                        matmul_work(12, 128, 64, 128)};
  SetOf<Role> past = SetOf<Role>::of({Role::Inp, Role::Ker, Role::Out});
  const std::pair<Clause, Clause> halves[] = {
      {ExtentClause{Quantity::T, Dim::out, {1, 5}}, ExtentClause{Quantity::T, Dim::out, {6}}},
      {ExtentClause{Quantity::T, Dim::in, {1, 1}}, ExtentClause{Quantity::T, Dim::in, {2}}},
      {ExtentClause{Quantity::B, Dim::out, {1, 7}}, ExtentClause{Quantity::B, Dim::out, {8}}},
      {ExtentClause{Quantity::Parts, Dim::in, {1, 1}}, ExtentClause{Quantity::Parts, Dim::in, {2}}},
      {FactorClause{Axis::Rows, Dim::in, {1, 3}}, FactorClause{Axis::Rows, Dim::in, {4}}},
      {ShareClause{ShareRule::Balanced}, ShareClause{ShareRule::Greedy}},
      {PlaceClause{Role::Ker, SetOf<Place>::of({Place::Lrf})},
       PlaceClause{Role::Ker, SetOf<Place>::of({Place::L0, Place::Pe})}},
      {PlaceClause{Role::Out, SetOf<Place>::of({Place::Lrf})},
       PlaceClause{Role::Out, SetOf<Place>::of({Place::Acc})}},
      {BypassClause{true, {0}}, BypassClause{false, past}},
      {BypassClause{false, SetOf<Role>::of({Role::Ker})},
       BypassClause{true, SetOf<Role>::of({Role::Inp, Role::Out})}}};
  for (const char* name : {"rapid-chip", "eyeriss-like", "gemmini-16"})
    for (const Work& work : works) {
      const System system = shipped(name);
      const mpz_class whole = Space(work, system).size();
      for (const auto& [a, b] : halves) {
        CAPTURE(name, work.primitive, to_string(a), to_string(b));
        CHECK(size_under(work, system, a) + size_under(work, system, b) == whole);
      }
    }
}

TEST_CASE("orders that are fixed count where both loops are there", "[dse][space]") {
  const Work work = matmul_work(4, 8, 6, 5);
  const System system = rapid_chip();
  const Clause before = OrderClause{Sequence::T, {Dim::mb, Dim::in}},
               after = OrderClause{Sequence::T, {Dim::in, Dim::mb}};
  // Mappings with one of the loops, or none, keep to either order.
  const mpz_class both_loops = 2 * Space(work, system).size() - size_under(work, system, before) -
                               size_under(work, system, after);
  const Space neither(work, system, merged({{before, 0, 0}, {after, 0, 0}}));
  CHECK(neither.size() + both_loops == Space(work, system).size());
  Rng rng{5, 0};
  const Space space(work, system, merged({{before, 0, 0}}));
  for (int k = 0; k < 50; ++k) {
    const RapidDsc dsc = space.sample(rng);
    const auto at = [&](Dim d) {
      return std::find(dsc.loop_order.begin(), dsc.loop_order.end(), LoopRef{Stage::T, d});
    };
    const bool together =
        at(Dim::mb) != dsc.loop_order.end() && at(Dim::in) != dsc.loop_order.end();
    CHECK((!together || at(Dim::mb) < at(Dim::in)));
  }
}

TEST_CASE("a network is searched within its constraints, or refused", "[dse][space]") {
  Work one = matmul_work(1, 4, 6, 8), other = one;
  one.name = "one";
  other.name = "other";
  const System system = small_system(2);
  const PrecisionInfo& precision = system.precisions.at("fp16");
  SearchOptions options;
  options.jobs = 1;
  const auto free = search_network({one, other}, system, precision, options);
  REQUIRE(free);
  const int64_t t = (*free)[0].best.t[Dim::out];
  const auto file_with = [&](int64_t tile) {
    return ConstraintFile{
        "c.yaml", {{"other", {{ExtentClause{Quantity::T, Dim::out, {tile, tile}}, 0, 0}}, 0, 0}}};
  };
  const ConstraintFile met = file_with(t), missed = file_with(t == 1 ? 2 : t - 1);
  options.constraints = &met;
  const auto within = search_network({one, other}, system, precision, options);
  REQUIRE(within);
  CHECK((*within)[1].best == (*free)[1].best);
  CHECK((*within)[1].proven);
  options.constraints = &missed;
  const auto refused = search_network({one, other}, system, precision, options);
  REQUIRE(!refused);
  REQUIRE(refused.error().size() == 1);
  CHECK(refused.error()[0].code == ErrorCode::Unsupported);
  CHECK(refused.error()[0].where == "layer 'other'");
}

TEST_CASE("what an engine asks constraints for", "[dse][space]") {
  const Constraints c = merged(
      {{ExtentClause{Quantity::T, Dim::out, {4, 64}}, 0, 0},
       {ExtentClause{Quantity::B, Dim::out, {8}}, 0, 0},
       {ExtentClause{Quantity::Parts, Dim::in, {1, 1}}, 0, 0},
       {FactorClause{Axis::Rows, Dim::in, {4, 4}}, 0, 0},
       {AxisClause{Axis::Columns, bit(Dim::out)}, 0, 0},
       {OrderClause{Sequence::T, {Dim::out, Dim::i}}, 0, 0},
       {OrderClause{Sequence::T, {Dim::i, Dim::in}}, 0, 0},
       {OrderClause{Sequence::Ring, {Dim::out, Dim::i, Dim::in}}, 0, 0},
       {TypeClause{Role::Ker, Stage::T, SetOf<TransferType>::of({TransferType::Stream})}, 0, 0}});
  CHECK(c.tiles(Dim::out, 32) == Range{4, 32});
  CHECK(c.tiles(Dim::out, 100) == Range{4, 64});
  CHECK(c.tiles(Dim::out, 3).empty());
  CHECK(c.blocks(Dim::out, 16) == Range{8, 16});
  CHECK(c.blocks(Dim::in, 16) == Range{1, 16});
  Extents parts = Extents::filled(1);
  parts[Dim::out] = 4;
  CHECK(c.allows_parts(parts));
  parts[Dim::in] = 2;
  CHECK(!c.allows_parts(parts));
  ArrayWork p;
  CHECK(!c.allows_array(p));
  p.rows = {{Dim::in, 4}, {Dim::ki, 2}};
  CHECK(c.allows_array(p));
  p.columns = {{Dim::j, 2}};
  CHECK(!c.allows_array(p));
  CHECK(c.allows_order(Sequence::T, std::vector{Dim::out, Dim::mb, Dim::i, Dim::in}));
  CHECK(!c.allows_order(Sequence::T, std::vector{Dim::out, Dim::mb, Dim::in, Dim::i}));
  CHECK(c.allows_order(Sequence::T, std::vector{Dim::in, Dim::out}));
  CHECK(!c.allows_order(Sequence::Ring, std::vector{Dim::in, Dim::out}));
  CHECK(c.allows_order(Sequence::B, std::vector{Dim::in, Dim::i, Dim::out}));
  CHECK(c.allows_type(Role::Ker, Stage::T, TransferType::Stream));
  CHECK(!c.allows_type(Role::Ker, Stage::T, TransferType::BlockLoad));
  CHECK(c.allows_type(Role::Ker, Stage::B, TransferType::BlockLoad));
}
