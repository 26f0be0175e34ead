// What the search says when it stops early, when nothing is legal, and when it prices everything.
#include <chrono>
#include <thread>

#include "compiler/mapping/rejection.h"
#include "dse/balanced/node_search.h"
#include "dse/network.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/mapped_network.h"

using namespace tilewright;
using namespace tilewright::balanced;

namespace {

// OUT[mb, out] = sum over in of INP[mb, in] * KER[in, out].
Work matmul(int64_t rows, int64_t in, int64_t out) {
  Work work;
  work.name = "product";
  work.op = work.primitive = "MatMul";
  work.kind = WorkKind::Array;
  work.extent = Extents{{rows, 1, out, in, 1, 1, 1, 1}};
  work.reduction = bit(Dim::in);
  work.operands = {
      {Role::Inp, 0, {{rows, in, 0, {{Dim::mb, 1}}}, {in, 1, 0, {{Dim::in, 1}}}}, 0},
      {Role::Ker, 1, {{in, out, 0, {{Dim::in, 1}}}, {out, 1, 0, {{Dim::out, 1}}}}, 0},
      {Role::Out, 2, {{rows, out, 0, {{Dim::mb, 1}}}, {out, 1, 0, {{Dim::out, 1}}}}, 0}};
  return work;
}

SearchOptions on_one_thread() {
  SearchOptions options;
  options.jobs = 1;
  return options;
}

void check_best_so_far(const Work& work, const System& system, const SearchResult& r) {
  const PrecisionInfo& precision = system.precisions.at("fp16");
  CHECK_FALSE(first_rejection(work, system, precision, r.best));
  CHECK(price(work, system, precision, r.best).cost.cycles == r.price.cost.cycles);
  CHECK_FALSE(r.proven);
  CHECK((r.value == r.price.cost.cycles));
  CHECK((r.lower_bound <= r.value));
  CHECK(r.gap == static_cast<double>(r.value - r.lower_bound) / static_cast<double>(r.value));
}

}  // namespace

TEST_CASE("a layer that no mapping fits is refused with the numbers", "[dse]") {
  System system = test::small_system();
  system.core.lx_bytes = 100;  // one index of each operand takes three aligned buffers
  const auto found =
      search_layer(matmul(4, 6, 8), system, system.precisions.at("fp16"), on_one_thread());
  REQUIRE_FALSE(found.has_value());
  REQUIRE(found.error().size() == 1);
  CHECK(found.error()[0].code == ErrorCode::BadInput);
  CHECK(found.error()[0].message.find("R18 lx-capacity: tiles in Lx: required 192 bytes, "
                                      "available 100") != std::string::npos);
}

TEST_CASE(
    "a limit on the effort ends in a legal mapping, its gap, and the same on any thread count",
    "[dse]") {
  const System system = test::small_system();
  const Work work = matmul(30, 60, 50);
  const auto best = search_layer(work, system, system.precisions.at("fp16"), on_one_thread());
  REQUIRE(best.has_value());
  REQUIRE(best->proven);
  CHECK((best->lower_bound == best->price.cost.cycles));
  SearchOptions options = on_one_thread();
  options.max_evaluations = best->effort / 4;
  const auto one = search_layer(work, system, system.precisions.at("fp16"), options);
  REQUIRE(one.has_value());
  check_best_so_far(work, system, *one);
  CHECK((one->lower_bound <= best->price.cost.cycles));
  CHECK(one->price.cost.cycles >= best->price.cost.cycles);
  options.jobs = 3;
  const auto three = search_layer(work, system, system.precisions.at("fp16"), options);
  CHECK(three->best == one->best);
  CHECK(three->effort == one->effort);
  CHECK((three->lower_bound == one->lower_bound));
}

TEST_CASE("a raised stop flag ends in the mapping there is", "[dse]") {
  const System system = test::small_system();
  const Work work = matmul(30, 60, 50);
  const std::atomic<bool> stop{true};
  SearchOptions options = on_one_thread();
  options.stop = &stop;
  for (Method method : {Method::Optimal, Method::Greedy, Method::Exhaustive}) {
    options.method = method;
    const auto found = search_layer(work, system, system.precisions.at("fp16"), options);
    REQUIRE(found.has_value());
    check_best_so_far(work, system, *found);
  }
}

TEST_CASE("a raised stop flag ends the search of a node at once, unfinished", "[dse]") {
  // Little room beside the array and a slow way to it: no block comes near the bound.
  System system = test::small_system();
  system.core.lx_bytes = int64_t{1} << 24;
  system.core.array_in = {{1, 4}, 50};
  system.array.l0_bytes = 200;
  system.array.lrf_bytes = 100;
  system.array.accumulators = 16;
  const Work work = test::conv_work({1, 1, 256, 256, 32, 32, test::square_window(3, 1, 1), false});
  const Problem problem(work, system, system.precisions.at("fp16"));
  const Division division(problem, Extents::filled(1));
  std::atomic<bool> stop{false};
  const NodeLimits limits{INT64_MAX, 0, StopFlag(&stop)};
  std::chrono::steady_clock::time_point raised;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    raised = std::chrono::steady_clock::now();
    stop.store(true);
  });
  Counters counters;
  const NodeResult cut = search_node(problem, division, division.share, limits, counters);
  const auto ended = std::chrono::steady_clock::now();
  other.join();
  CHECK_FALSE(cut.finished);
  CHECK(ended - raised < std::chrono::seconds(5));  // of minutes
  Counters none;
  const NodeResult never = search_node(problem, division, division.share, limits, none);
  CHECK_FALSE(never.finished);
  CHECK_FALSE(never.best);
  CHECK(none.evaluated == 0);
}

TEST_CASE("whenever the stop flag is raised, the bound that is left holds", "[dse]") {
  // Half of the search passes before it meets the best mapping.
  System system = test::small_system(1);
  system.chip.external = {{158, 1}, 19};
  system.core.array_in = {{4, 1}, 3};
  system.core.lx_bytes = 732;
  system.array.l0_bytes = 345;
  const Work work = matmul(22, 16, 22);
  const PrecisionInfo& precision = system.precisions.at("fp16");
  const auto begin = std::chrono::steady_clock::now();
  const auto best = search_layer(work, system, precision, on_one_thread());
  const auto whole = std::chrono::steady_clock::now() - begin;
  REQUIRE(best.has_value());
  for (int k = 0; k < 20; ++k) {
    std::atomic<bool> stop{false};
    SearchOptions options;
    options.jobs = 1 + k % 3;
    options.stop = &stop;
    std::thread other([&] {
      std::this_thread::sleep_for(whole * k / 20);
      stop.store(true);
    });
    const auto found = search_layer(work, system, precision, options);
    other.join();
    REQUIRE(found.has_value());
    CHECK((found->lower_bound <= best->price.cost.cycles));
    CHECK(found->price.cost.cycles >= best->price.cost.cycles);
    if (found->proven)
      CHECK(found->best == best->best);
    else
      check_best_so_far(work, system, *found);
  }
}

TEST_CASE("exhaustive prices more and finds the same cost", "[dse]") {
  System system = test::small_system();
  system.core.lx_bytes = 400;
  const Work work = matmul(1, 4, 2);
  SearchOptions options = on_one_thread();
  options.reach = Reach::Full;
  const auto bounded = search_layer(work, system, system.precisions.at("fp16"), options);
  options.method = Method::Exhaustive;
  const auto all = search_layer(work, system, system.precisions.at("fp16"), options);
  REQUIRE(bounded.has_value());
  REQUIRE(all.has_value());
  CHECK(all->proven);
  CHECK(bounded->proven);
  CHECK(all->price.cost.cycles == bounded->price.cost.cycles);
  CHECK(all->evaluated > 10 * bounded->evaluated);
  CHECK(all->pruned.empty());
}

TEST_CASE("equal layers of a network are searched once, and every finding is reported", "[dse]") {
  const System system = test::small_system();
  Work second = matmul(4, 6, 8);
  second.name = "again";
  second.operands[0].value = 7;
  CHECK(first_alike({matmul(4, 6, 8), second, matmul(4, 6, 9), second}) ==
        std::vector<size_t>{0, 0, 2, 0});
  size_t calls = 0;
  const auto results = search_network({matmul(4, 6, 8), second, matmul(4, 6, 9)}, system,
                                      system.precisions.at("fp16"), on_one_thread(),
                                      [&](size_t done, size_t total, const Work&) {
                                        CHECK(done == ++calls);
                                        CHECK(total == 3);
                                      });
  REQUIRE(results.has_value());
  CHECK(calls == 3);
  CHECK((*results)[0].best == (*results)[1].best);
  CHECK((*results)[0].best.n != (*results)[2].best.n);
  System tight = system;
  tight.core.lx_bytes = 100;
  const auto refused = search_network({matmul(4, 6, 8), second, matmul(4, 6, 9)}, tight,
                                      system.precisions.at("fp16"), on_one_thread());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().size() == 3);
}
