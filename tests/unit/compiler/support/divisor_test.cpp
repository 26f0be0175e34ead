#include "compiler/support/divisor.h"

#include "compiler/support/rng.h"
#include "tests/support/catch.h"

using namespace tilewright;

TEST_CASE("a divisor divides as division does") {
  const int64_t edges[] = {1,
                           2,
                           3,
                           7,
                           64,
                           (int64_t{1} << 31) - 1,
                           int64_t{1} << 31,
                           (int64_t{1} << 32) - 1,
                           int64_t{1} << 32,
                           int64_t{1} << 40};
  for (int64_t d : edges)
    for (int64_t n : edges)
      for (int64_t off : {-1, 0, 1}) {
        INFO(n + off << " by " << d);
        CHECK(Divisor(d).floor(n + off) == (n + off) / d);
        CHECK(ceil_div(n + off, Divisor(d)) == ceil_div(n + off, d));
      }
  for (uint64_t seed = 0; seed < 20000; ++seed) {
    Rng rng{stream_seed(seed, "divisor"), 0};
    const int64_t d = 1 + rng.below(int64_t{1} << rng.between(1, 45));
    const int64_t n = rng.below(int64_t{1} << rng.between(1, 55));
    INFO("seed " << seed << ": " << n << " by " << d);
    CHECK(Divisor(d).floor(n) == n / d);
    CHECK(round_up(n, Divisor(d)) == round_up(n, d));
  }
}

TEST_CASE("bytes hold a link as long at a rate as at the fraction") {
  for (uint64_t seed = 0; seed < 5000; ++seed) {
    Rng rng{stream_seed(seed, "rate"), 0};
    const Rational r = Rational::of(1 + rng.below(int64_t{1} << rng.between(1, 40)),
                                    1 + rng.below(int64_t{1} << rng.between(1, 40)));
    // Beyond 64 bits, too, where the quotient fits.
    const int64_t bytes = rng.below(int64_t{1} << rng.between(1, 22));
    INFO("seed " << seed << ": " << bytes << " at " << r.num << "/" << r.den);
    CHECK(hold_cycles(bytes, Rate(r)) == hold_cycles(bytes, r));
    const __int128 scaled = static_cast<__int128>(bytes) * r.den;
    CHECK(hold_cycles(bytes, r) == static_cast<int64_t>((scaled + r.num - 1) / r.num));
  }
}
