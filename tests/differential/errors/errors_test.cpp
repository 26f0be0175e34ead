// The cycle model against the simulator as a table of errors: every system that ships and fits on
// one chip, and two small ones, times every primitive; random layers that suit the system, several
// random legal mappings of each. Nothing here comes from the search.
//
//   ERRORS_LAYERS=6 build/dev/tests/errors     6 layers per row, as the README shows
//   ERRORS_SEED=rapid-chip:Conv:3 build/dev/tests/errors     replays one layer
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include <fmt/format.h>

#include "backend/emit/emit.h"
#include "backend/isa/data_format.h"
#include "backend/sim/simulate.h"
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "costmodel/price.h"
#include "tests/differential/errors/rank_correlation.h"
#include "tests/support/catch.h"
#include "tests/support/one_chip_systems.h"
#include "tests/support/random_layers.h"
#include "tests/support/sized_layers.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

constexpr int kMappings = 8;  // of each layer
// Mappings of more steps are drawn again: the simulator takes each of them on each core.
constexpr int64_t kMostSteps = 60'000;

int64_t steps(const std::vector<Work>& works, const Plan& plan) {
  int64_t all = 0;
  for (size_t k = 0; k < works.size(); ++k) {
    const RapidDsc& dsc = plan.layers[k].dsc;
    int64_t trips = 1;
    for (Dim d : kDims) {
      const int64_t share = ceil_div(works[k].extent[d], dsc.core_d.parts[d]);
      trips *= dsc.core_d.parts[d] * ceil_div(share, dsc.t[d]) * ceil_div(dsc.t[d], dsc.b[d]);
    }
    all += trips;
  }
  return all;
}

struct Cycles {
  int64_t modelled = 0, simulated = 0;
  bool bytes_equal = true;
  double error() const {
    return std::abs(static_cast<double>(modelled - simulated)) /
           static_cast<double>(std::max<int64_t>(simulated, 1));
  }
};

Cycles compare(const Network& net, const System& system, const Plan& plan) {
  const auto program = emit(net.graph, system, plan.precision, plan);
  if (!program) FAIL(to_string(program.error()));
  const auto result = simulate(*program, {}, {.mode = SimMode::TimingOnly, .jobs = 1});
  if (!result) FAIL(to_string(result.error()));
  const std::vector<Work> works = describe(net.graph).value();
  const PrecisionInfo& precision = system.precisions.at(plan.precision);
  Cycles cycles;
  for (size_t k = 0; k < works.size(); ++k) {
    const RapidDsc& dsc = plan.layers[k].dsc;
    INFO(print(net.graph) << print_rapid_dsc(dsc));
    const int64_t modelled = price(works[k], system, precision, dsc).cost.cycles;
    const auto bytes = link_bytes(works[k], system, precision, dsc);
    CHECK(modelled == result->layers[k].cycles);
    for (const auto& [link, n] : bytes) {
      INFO(link);
      CHECK(n == result->layers[k].link_bytes.at(link));
    }
    CHECK(bytes.size() == result->layers[k].link_bytes.size());
    cycles.modelled += modelled;
    cycles.simulated += result->layers[k].cycles;
    cycles.bytes_equal &= bytes == result->layers[k].link_bytes;
  }
  return cycles;
}

// Others can be priced alone.
std::vector<std::string> simulated_precisions(const System& system) {
  std::vector<std::string> names;
  for (const auto& [name, info] : system.precisions)
    if (data_format(system, name)) names.push_back(name);
  return names;
}

// What several mappings of one layer say; nothing where the layer is empty.
std::vector<Cycles> mappings_of(const System& system, const SizedPrimitive& primitive,
                                uint64_t seed) {
  Rng rng{stream_seed(seed, system.name + primitive.name), 0};
  Network net(seed);
  primitive.add(net, rng, system);
  const std::vector<Work> works = describe(net.graph).value();
  if (element_count(net.graph.value(net.graph.outputs[0]).shape) == 0 || works.empty()) return {};
  const std::vector<std::string> precisions = simulated_precisions(system);
  const std::string& precision =
      precisions[static_cast<size_t>(rng.below(static_cast<int64_t>(precisions.size())))];
  std::vector<Cycles> all;
  while (all.size() < kMappings) {
    const Plan plan = random_plan(rng, net.graph, system, precision);
    if (steps(works, plan) <= kMostSteps) all.push_back(compare(net, system, plan));
  }
  return all;
}

// One row: a system and a primitive.
struct Row {
  int layers = 0, mappings = 0, cycles_equal = 0, bytes_equal = 0;
  double worst = 0, sum = 0, least_correlation = 1;
  std::vector<double> spread;  // per layer, simulated cycles of the slowest over the fastest
  // Seeds of the worst error, of the last layer with unequal bytes, of the least correlation.
  std::string where_error, where_bytes, where_correlation;

  void add(const std::vector<Cycles>& layer, const std::string& seed) {
    std::vector<int64_t> modelled, simulated;
    for (const Cycles& c : layer) {
      modelled.push_back(c.modelled);
      simulated.push_back(c.simulated);
      ++mappings;
      cycles_equal += c.modelled == c.simulated ? 1 : 0;
      bytes_equal += c.bytes_equal ? 1 : 0;
      if (!c.bytes_equal) where_bytes = seed;
      sum += c.error();
      if (c.error() > worst) {
        worst = c.error();
        where_error = seed;
      }
    }
    ++layers;
    const auto [least, most] = std::minmax_element(simulated.begin(), simulated.end());
    spread.push_back(static_cast<double>(*most) /
                     static_cast<double>(std::max<int64_t>(*least, 1)));
    const double correlation = rank_correlation(modelled, simulated).value_or(1);
    if (correlation < least_correlation) {
      least_correlation = correlation;
      where_correlation = seed;
    }
  }
};

constexpr const char* kTitles =
    "system        primitive  layers  mappings  cycles equal  bytes equal  worst error  mean error "
    " "
    "rank corr.  spread  worst at\n";

std::string print(const System& system, const SizedPrimitive& primitive, Row row) {
  std::sort(row.spread.begin(), row.spread.end());
  const std::set<std::string> where = {row.where_error, row.where_bytes, row.where_correlation};
  const std::string places = fmt::format("{}", fmt::join(where, " "));
  return fmt::format(
      "{:<12}  {:<9}  {:>6}  {:>8}  {:>12}  {:>11}  {:>9.3f} %  {:>8.3f} %  {:>10.4f}  "
      "{:>5.1f}x  {}\n",
      system.name, primitive.name, row.layers, row.mappings, row.cycles_equal, row.bytes_equal,
      100 * row.worst, 100 * row.sum / row.mappings, row.least_correlation,
      row.spread[row.spread.size() / 2], places.empty() ? "-" : places);
}

// So many layers, from seed `first` on; empty ones do not count.
Row row_of(const System& system, const SizedPrimitive& primitive, uint64_t first, int layers) {
  Row row;
  for (uint64_t seed = first; row.layers < layers; ++seed) {
    const std::string name = fmt::format("{}:{}:{}", system.name, primitive.name, seed);
    INFO("replay with ERRORS_SEED=" << name);
    const std::vector<Cycles> layer = mappings_of(system, primitive, seed);
    if (!layer.empty()) row.add(layer, name);
  }
  return row;
}

}  // namespace

TEST_CASE("the table of errors of random mappings", "[differential]") {
  const char* const wanted = std::getenv("ERRORS_LAYERS");
  const char* const seed = std::getenv("ERRORS_SEED");
  const std::string one = seed != nullptr ? seed : "";
  const int layers = wanted != nullptr && one.empty() ? std::atoi(wanted) : one.empty() ? 2 : 1;
  const std::string only = one.substr(0, one.rfind(':'));
  const uint64_t first = one.empty() ? 0 : std::strtoull(&one[one.rfind(':') + 1], nullptr, 10);
  int mappings = 0;
  fmt::print("{}", kTitles);
  for (const System& system : one_chip_systems())
    for (const SizedPrimitive& primitive : sized_primitives()) {
      if (!one.empty() && only != system.name + ":" + primitive.name) continue;
      const Row row = row_of(system, primitive, first, layers);
      fmt::print("{}", print(system, primitive, row));
      mappings += row.mappings;
    }
  fmt::print("{} mappings\n", mappings);
  CHECK(mappings > 0);
}
