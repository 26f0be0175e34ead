// What mappings are compared by.
#include "dse/objective.h"

#include "dse/search.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/mapped_network.h"

using namespace tilewright;

TEST_CASE("an objective counts cycles, energy with leakage, or their product") {
  const Objective latency{Goal::Latency, 7}, energy{Goal::Energy, 7}, edp{Goal::Edp, 7};
  CHECK((latency.of(30, 1000) == 30));
  CHECK((energy.of(30, 1000) / Objective::kCycles == 1000 + 30 * 7));
  CHECK((edp.of(30, 1000) == (1000 + 30 * 7) * 30));
  // A second of a chip at 1 GHz that takes 100 W: more than 64 bits hold.
  const Measure second = edp.of(1'000'000'000, 100'000'000'000'000'000);
  CHECK(static_cast<double>(second) == Approx(1e26));
}

TEST_CASE("of equal energy fewer cycles are better, and never at the cost of a femtojoule") {
  const Objective free{Goal::Energy, 0};
  CHECK((free.of(29, 1000) < free.of(30, 1000)));
  CHECK((free.of(1'000'000'000, 999) < free.of(1, 1000)));
}

TEST_CASE("the most cycles of a limit are within it, and one more is not") {
  for (Goal goal : kGoals)
    for (int64_t leakage : {0, 3}) {
      const Objective objective{goal, leakage};
      for (int64_t cycles : {1, 17, 1'000'000}) {
        const Measure limit = objective.of(cycles, 500);
        CHECK(objective.most_cycles(limit, 500) == cycles);
        CHECK((objective.of(objective.most_cycles(limit, 200), 200) <= limit));
      }
    }
}

TEST_CASE("objectives have names") {
  for (Goal goal : kGoals) CHECK(goal_named(name_of(goal)) == goal);
  CHECK_FALSE(goal_named("throughput"));
}

TEST_CASE("energy is not minimised where the system states none") {
  System system = test::small_system();
  system.energy = {};
  for (auto& [name, precision] : system.precisions) precision.mac_energy = 0;
  const Work work = test::conv_work({1, 1, 4, 4, 4, 4, test::square_window(1, 1, 0), false});
  SearchOptions options;
  options.jobs = 1;
  for (Goal goal : {Goal::Energy, Goal::Edp}) {
    options.goal = goal;
    const auto found = search_layer(work, system, system.precisions.at("fp16"), options);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error()[0].code == ErrorCode::BadInput);
    CHECK(found.error()[0].message.find("states no energy") != std::string::npos);
  }
}
