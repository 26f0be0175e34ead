#include "tests/differential/errors/rank_correlation.h"

#include <cmath>

#include "tests/support/catch.h"

using tilewright::test::rank_correlation;

TEST_CASE("rank correlation asks for the order alone") {
  CHECK(rank_correlation({1, 5, 9, 2}, {10, 11, 400, 10'000}).value() == Approx(0.4));
  CHECK(rank_correlation({1, 2, 3}, {1, 8, 27}).value() == Approx(1));
  CHECK(rank_correlation({1, 2, 3}, {3, 2, 1}).value() == Approx(-1));
  // Ranks 1.5 1.5 3 4 and 1 2 3 4: 1 - (6 * 0.5 + correction for the tie) = 4.5 / sqrt(4.5 * 5).
  CHECK(rank_correlation({7, 7, 8, 9}, {1, 2, 3, 4}).value() == Approx(4.5 / std::sqrt(4.5 * 5)));
  CHECK_FALSE(rank_correlation({7, 7}, {1, 2}));
}
