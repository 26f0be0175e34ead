// Cycles, energy and their product in words.
#include "tools/results/measure.h"

#include "tests/support/catch.h"

using namespace tilewright;

TEST_CASE("amounts are printed in the unit of the objective") {
  const Amount amount{2'000'000, 3'500'000'000'000};  // 2 ms at 1 GHz, 3500 uJ
  CHECK(print_amount(Goal::Latency, amount, 1'000'000'000) == "2,000,000");
  CHECK(print_amount(Goal::Energy, amount, 1'000'000'000) == "3500.00 uJ");
  CHECK(print_amount(Goal::Edp, amount, 1'000'000'000) == "7,000,000 uJ us");
  CHECK(joule_seconds(amount, 1'000'000'000) == Approx(3.5e-3 * 2e-3));
}

TEST_CASE("a ratio is of what was minimised") {
  const Amount best{100, 1000}, other{150, 3000};
  CHECK(ratio(Goal::Latency, other, best) == Approx(1.5));
  CHECK(ratio(Goal::Energy, other, best) == Approx(3.0));
  CHECK(ratio(Goal::Edp, other, best) == Approx(4.5));
}

TEST_CASE("parts of energy are shares of the whole") {
  Energy energy;
  energy.mac = 250;
  energy.external = 700;
  energy.leakage = 50;
  CHECK(print_parts(energy) == "mac 25.0 %, external 70.0 %, leakage 5.0 %");
}
