#include "compiler/support/math.h"

#include "compiler/support/rng.h"
#include "tests/support/catch.h"

namespace tilewright {
namespace {

TEST_CASE("ceilings, also next to the largest number") {
  CHECK(ceil_div(0, 3) == 0);
  CHECK(ceil_div(6, 3) == 2);
  CHECK(ceil_div(7, 3) == 3);
  CHECK(ceil_div(INT64_MAX, 2) == INT64_MAX / 2 + 1);
  CHECK(round_up(7, 4) == 8);
}

TEST_CASE("checked arithmetic says when a result does not fit") {
  CHECK(checked_mul(3, 4) == 12);
  CHECK(!checked_mul(INT64_MAX, 2));
  CHECK(!checked_add(INT64_MAX, 1));
  CHECK(checked_add(INT64_MAX, -1) == INT64_MAX - 1);
}

TEST_CASE("fractions are in lowest terms and multiply exactly") {
  CHECK(Rational::of(6, 4) == Rational{3, 2});
  CHECK(Rational::of(0, 7) == Rational{0, 1});
  CHECK(Rational::of(256, 2) * Rational::of(4, 5) == (Rational{512, 5}));
}

TEST_CASE("hold cycles are the least that carry the bytes") {
  CHECK(hold_cycles(0, {64, 1}) == 0);
  CHECK(hold_cycles(65, {64, 1}) == 2);
  CHECK(hold_cycles(1024, {512, 5}) == 10);  // 102.4 bytes a cycle
  Rng rng{11, 0};
  for (int i = 0; i < 1000; ++i) {
    const Rational rate = Rational::of(rng.between(1, 1000), rng.between(1, 20));
    const int64_t bytes = rng.between(0, 1000000), cycles = hold_cycles(bytes, rate);
    CHECK(cycles * rate.num >= bytes * rate.den);
    CHECK((cycles - 1) * rate.num < bytes * rate.den);
  }
}

}  // namespace
}  // namespace tilewright
