#include "tests/sampler/targets.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "compiler/import/import.h"
#include "compiler/transform/transform.h"
#include "models/networks/networks.h"
#include "models/systems/systems.h"
#include "tests/support/sized_layers.h"

namespace tilewright::sampler {

namespace {

template <class T>
T required(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  return std::move(*result);
}

// Whatever it is called and whichever tensors it reads.
Work anonymous(Work work) {
  work.name.clear();
  work.op.clear();
  for (Operand& operand : work.operands) operand.value = 0;
  return work;
}

}  // namespace

std::vector<Target> network_layers(const std::string& words, const std::string& only) {
  std::string network, name, precision;
  std::istringstream stream(words);
  std::getline(stream, network, ':');
  std::getline(stream, name, ':');
  std::getline(stream, precision);
  const System system = required(load_system(name.empty() ? "rapid-chip" : name));
  if (precision.empty()) precision = system.default_precision;
  const std::string bytes = required(build_network(network, {1, 0, false}));
  const Graph graph = optimize_for_inference(required(import_bytes(bytes, network, {})));
  std::vector<Target> list;
  std::vector<Work> known;
  for (const Work& work : required(describe(graph))) {
    const auto same = std::find(known.begin(), known.end(), anonymous(work));
    if (same != known.end()) {
      ++list[static_cast<size_t>(same - known.begin())].times;
      continue;
    }
    known.push_back(anonymous(work));
    list.push_back({fmt::format("SAMPLER_NETWORKS={} SAMPLER_LAYER={}", words, work.name),
                    work.name, work, system, system.precisions.at(precision), 1});
  }
  if (!only.empty()) std::erase_if(list, [&](const Target& t) { return t.name != only; });
  return list;
}

std::vector<Target> random_layers(const System& system, int64_t count, uint64_t seed) {
  std::vector<Target> list;
  for (const test::SizedPrimitive& primitive : test::sized_primitives())
    for (int64_t k = 0; k < count; ++k) {
      const std::string name = fmt::format("{}:{}:{}", system.name, primitive.name, k);
      Rng rng{stream_seed(seed, name), 0};
      test::Network net(seed);
      primitive.add(net, rng, system);
      for (const Work& work : required(describe(net.graph)))
        list.push_back({fmt::format("SAMPLER_LAYERS={} SAMPLER_LAYER={}", count, name), name, work,
                        system, system.precisions.at(system.default_precision), 1});
    }
  return list;
}

std::string variable(const char* name, const std::string& otherwise) {
  const char* given = std::getenv(name);
  return given != nullptr ? given : otherwise;
}

int64_t variable(const char* name, int64_t otherwise) {
  const char* given = std::getenv(name);
  return given != nullptr ? std::strtoll(given, nullptr, 10) : otherwise;
}

}  // namespace tilewright::sampler
