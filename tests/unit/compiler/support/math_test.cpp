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

TEST_CASE("a product with a fraction is rounded up, exactly") {
  CHECK(ceil_mul(0, {1, 8}) == 0);
  CHECK(ceil_mul(1, {1, 8}) == 1);
  CHECK(ceil_mul(8, {1, 8}) == 1);
  CHECK(ceil_mul(9, {3, 8}) == 4);  // 27 / 8
  CHECK(ceil_mul(7, {4, 1}) == 7 * 4);
  CHECK(ceil_mul(int64_t{1} << 60, {1 << 10, (1 << 10) - 1}) ==
        (int64_t{1} << 60) + 1 + ((int64_t{1} << 60) - 1) / ((1 << 10) - 1));
}

TEST_CASE("elements of a few bits are packed, the last byte is whole") {
  CHECK(packed_bytes(0, 4) == 0);
  CHECK(packed_bytes(1, 4) == 1);
  CHECK(packed_bytes(2, 4) == 1);
  CHECK(packed_bytes(9, 4) == 5);
  CHECK(packed_bytes(5, 2) == 2);
  CHECK(packed_bytes(5, 16) == 5 * 2);
  CHECK(packed_bytes(int64_t{1} << 60, 32) == int64_t{1} << 62);
}

}  // namespace
}  // namespace tilewright
