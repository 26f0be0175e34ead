// Footprints against counting touched indices one by one.
#include "compiler/mapping/footprint.h"

#include <set>

#include "compiler/support/rng.h"
#include "tests/support/catch.h"

using namespace tilewright;

namespace {

AccessAxis random_axis(Rng& rng) {
  AccessAxis axis;
  axis.extent = rng.between(1, 30);
  axis.offset = rng.between(-4, 4);
  axis.terms = {{Dim::i, rng.between(1, 4)}, {Dim::ki, rng.between(1, 3)}};
  return axis;
}

// Indices that a box touches, by enumeration.
std::set<int64_t> touched(const AccessAxis& axis, const Extents& pos, const Extents& ext) {
  std::set<int64_t> indices;
  for (int64_t a = 0; a < ext[Dim::i]; ++a)
    for (int64_t b = 0; b < ext[Dim::ki]; ++b)
      indices.insert(axis.offset + axis.terms[0].coefficient * (pos[Dim::i] + a) +
                     axis.terms[1].coefficient * (pos[Dim::ki] + b));
  return indices;
}

int64_t inside(const std::set<int64_t>& indices, int64_t extent) {
  return std::count_if(indices.begin(), indices.end(),
                       [extent](int64_t x) { return x >= 0 && x < extent; });
}

}  // namespace

TEST_CASE("a lattice covers what a box touches, and nothing more where the window has no holes") {
  Rng rng{7, 0};
  for (int round = 0; round < 3000; ++round) {
    INFO("round " << round);
    const AccessAxis axis = random_axis(rng);
    Extents pos, nominal = Extents::filled(1);
    for (Dim d : {Dim::i, Dim::ki}) {
      pos[d] = rng.between(0, 5);
      nominal[d] = rng.between(1, 5);
    }
    const int64_t step = lattice_step(axis, nominal);
    const std::set<int64_t> indices = touched(axis, pos, nominal);
    const int64_t points = axis_points(axis, step, nominal);
    REQUIRE(points >= static_cast<int64_t>(indices.size()));
    REQUIRE(axis_points_inside(axis, step, pos, nominal) >= inside(indices, axis.extent));
    REQUIRE((*indices.rbegin() - *indices.begin()) / step + 1 == points);
    const bool holes = points > static_cast<int64_t>(indices.size());
    const int64_t s = axis.terms[0].coefficient, d = axis.terms[1].coefficient;
    const bool gapless = nominal[Dim::i] == 1 || nominal[Dim::ki] == 1 ||
                         (d == 1 && nominal[Dim::ki] >= s) || (s == 1 && nominal[Dim::i] >= d);
    if (gapless) REQUIRE_FALSE(holes);
    if (!holes)
      REQUIRE(axis_points_inside(axis, step, pos, nominal) == inside(indices, axis.extent));
    REQUIRE(axis_points_touched(axis, nominal) ==
            inside(touched(axis, Extents{}, nominal), axis.extent));
  }
}

TEST_CASE("an empty box touches nothing") {
  AccessAxis axis;
  axis.extent = 10;
  axis.terms = {{Dim::i, 2}};
  Extents none = Extents::filled(1);
  none[Dim::i] = 0;
  CHECK(axis_points(axis, 2, none) == 0);
  CHECK(axis_points_inside(axis, 2, Extents{}, none) == 0);
}
