// The best tile of a matrix product that external memory binds is what theory says: a square of
// outputs that stays in Lx while columns of A and rows of B, one index of the reduction at a time,
// stream by. With tiles a x a and an Lx of S words, a a <= S, this moves 2 m n k / a + m n words,
// near the bound of io_bound_test.cpp (T. Smith et al., arXiv:1702.02017; G. Kwasniewski et al., SC
// 2019; that a square is best: J. Hong, H. T. Kung, STOC 1981). Here A and B have two buffers of a
// words each, so the largest square obeys a a + 4 a <= S.
//
// The search knows none of this: it asks for cycles. Only the machine is made so that nothing but
// external words takes time.
#include <cmath>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "dse/search.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/mapped_network.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// One core; a word of four bytes takes four cycles from outside, and what is inside next to none.
System external_bound(int64_t lx_words) {
  System s = small_system(1);
  s.chip.external = {{1, 1}, 0};
  s.chip.external_efficiency = {1, 1};
  s.chip.layer_cycles = 0;
  s.core.lx_bytes = 4 * lx_words;
  s.core.array_in = s.core.array_out = {{1 << 20, 1}, 0};
  s.core.sfu = {1 << 16, 1, 1, 0};
  s.core.semaphore_cycles = 0;
  s.array.rows = s.array.columns = s.array.lanes = 64;
  s.array.fill_cycles = 0;
  s.array.l0_bytes = s.array.lrf_bytes = s.array.accumulators = 1 << 24;
  return s;
}

struct Found {
  int64_t rows = 0, columns = 0, reduced = 0;  // of the best tile
  int64_t words = 0;                           // over the external link
};
Found best(int64_t m, int64_t k, int64_t n, int64_t lx_words) {
  const System s = external_bound(lx_words);
  const PrecisionInfo& fp32 = s.precisions.at("fp32");
  const Work work = matmul_work(1, m, k, n);
  const auto found = search_layer(work, s, fp32, {.jobs = 1});
  REQUIRE(found);
  REQUIRE(found->proven);
  UNSCOPED_INFO(print_rapid_dsc(found->best));
  const Extents& t = found->best.t;
  const int64_t words = link_bytes(work, s, fp32, found->best).at("external") / 4;
  return {t[Dim::mb], t[Dim::out], t[Dim::in], words};
}

}  // namespace

TEST_CASE("where a square fits exactly, the best tile is that square", "[laws]") {
  constexpr int64_t m = 96, n = 96, k = 192;
  for (int64_t a : {16, 32, 48}) {
    const Found found = best(m, k, n, a * a + 4 * a);
    CHECK(found.rows == a);
    CHECK(found.columns == a);
    CHECK(found.reduced == 1);
    CHECK(found.words == 2 * m * n * k / a + m * n);
  }
}

TEST_CASE("elsewhere it is nearly square, and its traffic near the bound", "[laws]") {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    Rng rng{stream_seed(seed, "square"), 0};
    const int64_t m = rng.between(60, 120), n = rng.between(60, 120), k = rng.between(120, 200);
    const int64_t words = rng.between(200, 1200);
    INFO("seed " << seed << ": " << m << " x " << k << " x " << n << ", " << words << " words");
    const Found found = best(m, k, n, words);
    const double f = static_cast<double>(m * k * n), s = static_cast<double>(words);
    const auto moved = static_cast<double>(found.words);
    CHECK(std::max(found.rows, found.columns) <= 2 * std::min(found.rows, found.columns));
    CHECK(moved >= 2 * f / std::sqrt(s) - 2 * s);
    CHECK(moved <= 1.25 * (2 * f / std::sqrt(s) + static_cast<double>(m * n)));
  }
}
