// Every layer of the networks that ship, on rapid-chip: the cycle model against the simulator,
// under the best mapping and under that of the hand-tuned rule; and the best is never the worse of
// the two. Prints a table. NETWORKS=all takes every network, NETWORKS="vgg11 resnet18:fp32" those.
#include "models/networks/networks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include <fmt/format.h>

#include "backend/emit/emit.h"
#include "backend/isa/verify.h"
#include "backend/sim/simulate.h"
#include "compiler/import/import.h"
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/transform/transform.h"
#include "costmodel/levels.h"
#include "models/baselines/baselines.h"
#include "tests/support/catch.h"
#include "tools/driver/mapped_network.h"
#include "tools/results/numbers.h"
#include "tools/results/table.h"

namespace tilewright {
namespace {

constexpr double kCycleTolerance = 0.01;
constexpr const char* kRule = "planner-rule";

struct Case {
  std::string network, precision;
};

// As NETWORKS names it.
std::string print(const Case& c) { return c.network + ":" + c.precision; }

// What is quick, and in both precisions where that is quick, too.
std::string default_cases() {
  return "mnist tiny-resnet tiny-mobilenet tiny-bert resnet18 mnist:fp32 tiny-resnet:fp32 "
         "tiny-mobilenet:fp32 tiny-bert:fp32";
}

std::string all_cases() {
  std::string words;
  for (const std::string precision : {"fp16", "fp32"})
    for (const NetworkInfo& info : networks()) words += info.name + ":" + precision + " ";
  return words;
}

std::vector<Case> cases() {
  const char* given = std::getenv("NETWORKS");
  std::string words = given != nullptr ? given : default_cases();
  if (words == "all") words = all_cases();
  std::vector<Case> list;
  std::istringstream stream(words);
  for (std::string word; stream >> word;) {
    const size_t colon = std::min(word.find(':'), word.size());
    list.push_back({word.substr(0, colon), colon == word.size() ? "fp16" : word.substr(colon + 1)});
  }
  return list;
}

template <class T>
T required(Result<T> result) {
  if (!result) FAIL(to_string(result.error()));
  return std::move(*result);
}

// Without weights, which neither the search nor cycles and bytes depend on.
LoadedModel model_of(const std::string& network) {
  LoadedModel model;
  model.name = network;
  const std::string bytes = required(build_network(network, {1, 0, false}));
  model.graph = optimize_for_inference(required(import_bytes(bytes, network, {})));
  model.works = required(describe(model.graph));
  return model;
}

MappedNetwork by_rule(const LoadedModel& model, const Target& target) {
  MappedNetwork network;
  for (const Work& work : model.works) {
    const RapidDsc dsc = required(baseline_mapping(kRule, work, target.system, target.info));
    REQUIRE(rejections(work, target.system, target.info, dsc).empty());
    network.layers.push_back(price_layer(work, target, dsc));
  }
  return network;
}

SimResult simulated(const LoadedModel& model, const Target& target, const MappedNetwork& network) {
  const Plan plan = plan_of(model, target, network);
  const Program program = required(emit(model.graph, target.system, target.precision, plan));
  if (const Diagnostics bad = verify(program); !bad.empty()) FAIL(to_string(bad));
  return required(simulate(program, {}, {SimMode::TimingOnly, 1}));
}

struct Agreement {
  size_t equal = 0, near = 0, bytes = 0;  // layers
  double worst = 0;                       // relative error of cycles
  std::string worst_layer;
};

Agreement agreement(const MappedNetwork& network, const SimResult& result) {
  REQUIRE(network.layers.size() == result.layers.size());
  Agreement found;
  for (size_t k = 0; k < network.layers.size(); ++k) {
    const MappedLayer& model = network.layers[k];
    const LayerTiming& timing = result.layers[k];
    REQUIRE(model.work.name == timing.name);
    const double error = static_cast<double>(timing.cycles - model.cycles()) /
                         static_cast<double>(std::max<int64_t>(model.cycles(), 1));
    INFO(timing.name << ": " << model.cycles() << " cycles modelled, " << timing.cycles
                     << " simulated\n"
                     << print_rapid_dsc(model.dsc));
    CHECK(std::abs(error) <= kCycleTolerance);
    CHECK(model.link_bytes == timing.link_bytes);
    found.equal += model.cycles() == timing.cycles ? 1 : 0;
    found.near += std::abs(error) <= kCycleTolerance ? 1 : 0;
    found.bytes += model.link_bytes == timing.link_bytes ? 1 : 0;
    if (std::abs(error) > std::abs(found.worst)) {
      found.worst = error;
      found.worst_layer = " " + timing.name;
    }
  }
  return found;
}

// The best against the rule: the ratio in all, and layers that are faster, equal and slower.
std::array<std::string, 2> comparison(const MappedNetwork& best, const MappedNetwork& rule) {
  size_t faster = 0, equal = 0, slower = 0;
  for (size_t k = 0; k < best.layers.size(); ++k) {
    const int64_t ours = best.layers[k].cycles(), theirs = rule.layers[k].cycles();
    INFO(best.layers[k].work.name << ": best " << ours << ", rule " << theirs);
    CHECK(ours <= theirs);
    faster += ours < theirs ? 1 : 0;
    equal += ours == theirs ? 1 : 0;
    slower += ours > theirs ? 1 : 0;
  }
  const double ratio = static_cast<double>(rule.cycles()) / static_cast<double>(best.cycles());
  return {times(ratio), fmt::format("{}/{}/{}", faster, equal, slower)};
}

Table empty_table() {
  using Align = Table::Align;
  Table table;
  table.column("network");
  table.column("mapping");
  for (const char* title :
       {"layers", "proven", "modelled", "simulated", "equal", "in 1 %", "bytes"})
    table.column(title, Align::Right);
  table.column("worst error");
  for (const char* title : {"over rule", "faster/equal/slower", "max alone", "sum alone"})
    table.column(title, Align::Right);
  return table;
}

size_t proven(const MappedNetwork& network) {
  return static_cast<size_t>(
      std::count_if(network.layers.begin(), network.layers.end(),
                    [](const MappedLayer& layer) { return layer.search.proven_optimal; }));
}

// What simpler models say of the same mappings: the slowest level, and all levels after each other.
struct WithoutWaveform {
  int64_t most = 0, sum = 0;
};
WithoutWaveform without_waveform(const MappedNetwork& network, const Target& target) {
  WithoutWaveform cycles;
  for (const MappedLayer& layer : network.layers) {
    const Levels level = levels(layer.work, target.system, target.info, layer.dsc);
    CHECK(level.most() <= layer.cycles());
    cycles.most += level.most();
    cycles.sum += level.sum();
  }
  return cycles;
}

std::string said(int64_t cycles, const SimResult& result) {
  return fmt::format("{:+.0f} %", 100.0 * static_cast<double>(cycles - result.cycles) /
                                      static_cast<double>(result.cycles));
}

void add_rows(Table& table, const Case& c) {
  const LoadedModel model = model_of(c.network);
  const Target target = required(load_target({"rapid-chip", c.precision}));
  const MappedNetwork best = required(search_mappings(model.works, target, {}));
  const MappedNetwork rule = by_rule(model, target);
  const auto [ratio, layers] = comparison(best, rule);
  for (const MappedNetwork* network : {&best, &rule}) {
    const bool is_best = network == &best;
    const std::string mapping = is_best ? "best" : kRule;
    INFO("the mapping is " << mapping);
    const SimResult result = simulated(model, target, *network);
    const Agreement a = agreement(*network, result);
    const WithoutWaveform model_cycles = without_waveform(*network, target);
    table.row({print(c), mapping, std::to_string(network->layers.size()),
               is_best ? std::to_string(proven(best)) : "", grouped(network->cycles()),
               grouped(result.cycles), std::to_string(a.equal), std::to_string(a.near),
               std::to_string(a.bytes), fmt::format("{:.2f} %{}", 100 * a.worst, a.worst_layer),
               is_best ? ratio : "", is_best ? layers : "", said(model_cycles.most, result),
               said(model_cycles.sum, result)});
  }
}

TEST_CASE("model and simulator agree on every layer of the networks, and the best is the best") {
  const std::vector<Case> list = cases();
  REQUIRE(!list.empty());
  Table table = empty_table();
  for (const Case& c : list) {
    INFO("replay with NETWORKS=" << print(c));
    add_rows(table, c);
  }
  fmt::print("{}", table.print());
}

}  // namespace
}  // namespace tilewright
