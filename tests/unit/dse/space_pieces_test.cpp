// Orders, axes and tile pairs by themselves, under random constraints, against plain lists of them.
#include <algorithm>
#include <set>

#include "compiler/support/rng.h"
#include "dse/space/axis_factors.h"
#include "dse/space/orders.h"
#include "dse/space/tile_pairs.h"
#include "tests/support/catch.h"

using namespace tilewright;

namespace {

Range random_range(Rng& rng, int64_t most) {
  if (rng.coin()) return {};
  const int64_t least = rng.between(1, most);
  return {least, rng.coin() ? INT64_MAX : rng.between(least, most + 1)};
}

}  // namespace

TEST_CASE("orders that keep some dims outside of others", "[dse][space]") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Rng rng{seed, 0};
    DimMap<DimSet> outside{};
    for (int64_t k = rng.below(5); k > 0; --k)
      outside[kDims[static_cast<size_t>(rng.below(8))]] |=
          bit(kDims[static_cast<size_t>(rng.below(8))]);
    const Orders orders(outside);
    std::vector<Dim> dims;
    for (Dim d : kDims)
      if (rng.below(5) < 3) dims.push_back(d);
    DimSet set = 0;
    for (Dim d : dims) set |= bit(d);
    int64_t count = 0;
    std::set<int64_t> seen;
    do {
      bool good = true;
      for (size_t a = 0; a < dims.size(); ++a)
        for (size_t b = a; b < dims.size(); ++b)
          good = good && !contains(outside[dims[a]], dims[b]);
      const auto index = orders.index_of(dims);
      REQUIRE(index.has_value() == good);
      if (!good) continue;
      ++count;
      seen.insert(*index);
      REQUIRE(orders.at(set, *index) == dims);
    } while (std::next_permutation(dims.begin(), dims.end()));
    CHECK(orders.count(set) == count);
    CHECK(seen.size() == static_cast<size_t>(count));
    if (count > 0) CHECK(*seen.rbegin() == count - 1);
  }
}

TEST_CASE("what lies along an axis: every product within its length", "[dse][space]") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Rng rng{seed, 0};
    Extents extent = Extents::filled(1);
    for (Dim d : {Dim::out, Dim::in, Dim::kj}) extent[d] = rng.between(1, 7);
    const int64_t length = rng.between(1, 40);
    const auto dims = static_cast<DimSet>(rng.below(256));
    AxisConstraint constraint;
    if (rng.coin()) constraint.dims = static_cast<DimSet>(rng.below(256));
    for (Dim d : {Dim::out, Dim::in}) constraint.factors[d] = random_range(rng, 4);
    const AxisFactors factors(extent, dims, length, constraint);
    const auto most = [&](Dim d) { return contains(dims & constraint.dims, d) ? extent[d] : 1; };
    int64_t count = 0;
    for (int64_t out = 1; out <= most(Dim::out); ++out)
      for (int64_t in = 1; in <= most(Dim::in); ++in)
        for (int64_t kj = 1; kj <= most(Dim::kj); ++kj) {
          if (out * in * kj > length || !constraint.factors[Dim::out].holds(out) ||
              !constraint.factors[Dim::in].holds(in))
            continue;
          std::vector<Unroll> axis = {{Dim::out, out}, {Dim::in, in}, {Dim::kj, kj}};
          std::erase_if(axis, [](const Unroll& u) { return u.factor == 1; });
          REQUIRE(factors.index_of(axis) == count);
          REQUIRE(factors.at(count++) == axis);
        }
    CHECK(factors.count() == count);
    CHECK(!factors.index_of({{Dim::out, length + 1}}));
  }
}

TEST_CASE("pairs of tile and block, by the loops that they make", "[dse][space]") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Rng rng{seed, 0};
    const int64_t share = rng.between(1, 12);
    const bool blocked = rng.below(4) != 0;
    Constraints constraints;
    constraints.t[Dim::i] = random_range(rng, share + 1);
    constraints.b[Dim::i] = random_range(rng, share + 1);
    const TilePairs pairs(constraints, Dim::i, share, blocked);
    PairCounts counts;
    std::set<std::pair<int, mpz_class>> seen;
    int64_t all = 0;
    for (int64_t t = 1; t <= share; ++t)
      for (int64_t b = 1; b <= t; ++b) {
        const bool good =
            constraints.t[Dim::i].holds(t) && (blocked ? constraints.b[Dim::i].holds(b) : b == t);
        const auto index = pairs.index_of({t, b});
        REQUIRE(index.has_value() == good);
        if (!good) continue;
        const DimLoops loops{t < share, b < t};
        ++counts[loops.t][loops.b];
        ++all;
        REQUIRE(*index < pairs.counts()[loops.t][loops.b]);
        REQUIRE(pairs.at(loops, *index) == TilePair{t, b});
        seen.insert({2 * loops.t + loops.b, *index});
      }
    CHECK(pairs.counts() == counts);
    CHECK(seen.size() == static_cast<size_t>(all));
  }
  // Beyond 64 bits: all tiles of 2^40 indices, all their blocks.
  const int64_t share = int64_t{1} << 40;
  const TilePairs pairs({}, Dim::i, share, true);
  CHECK(pairs.counts()[1][1] == mpz_class(share - 1) * mpz_class(share - 2) / 2);
  const TilePair last{share - 1, share - 2};
  CHECK(pairs.index_of(last) == pairs.counts()[1][1] - 1);
  CHECK(pairs.at({true, true}, pairs.counts()[1][1] - 1) == last);
}
