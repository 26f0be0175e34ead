#include "tests/bench/layers.h"

#include "compiler/import/import.h"
#include "compiler/support/check.h"
#include "compiler/transform/transform.h"
#include "dse/network.h"
#include "models/networks/networks.h"
#include "models/systems/systems.h"
#include "tests/support/layers.h"

namespace tilewright::bench {

namespace {

template <class T>
T required(Result<T> result) {
  TW_CHECK(result.has_value(), "{}", to_string(result.error()));
  return std::move(*result);
}

struct ConvCase {
  std::string name;
  int64_t groups, in, out, size;  // in and out per group
  int64_t kernel, stride;
};

Layer conv(const ConvCase& c) {
  test::ConvShape shape;
  shape.groups = c.groups;
  shape.in = c.in;
  shape.out = c.out;
  shape.rows = shape.columns = c.size;
  shape.window = test::square_window(c.kernel, c.stride, c.kernel / 2);
  return {c.name, test::conv_work(shape)};
}

}  // namespace

std::vector<Layer> distinct_layers(const std::string& network, int64_t batch) {
  // Without weights, which the search does not depend on.
  const std::string bytes = required(build_network(network, {batch, 0, false}));
  const Graph graph = optimize_for_inference(required(import_bytes(bytes, network, {})));
  const std::vector<Work> works = required(describe(graph));
  const std::vector<size_t> first = first_alike(works);
  std::vector<Layer> layers;
  std::vector<size_t> at(works.size());
  for (size_t k = 0; k < works.size(); ++k) {
    if (first[k] < k) {
      ++layers[at[first[k]]].count;
    } else {
      at[k] = layers.size();
      layers.push_back({works[k].name, works[k]});
    }
  }
  return layers;
}

Layer conv3_2() { return conv({"VGG16 CONV3_2", 1, 256, 256, 56, 3, 1}); }

std::vector<Layer> seven_layers() {
  return {conv({"VGG16 CONV1_1", 1, 3, 64, 224, 3, 1}),
          conv3_2(),
          conv({"VGG16 CONV5_2", 1, 512, 512, 14, 3, 1}),
          conv({"ResNet-50 1x1, 256 to 64, 56x56", 1, 256, 64, 56, 1, 1}),
          conv({"3x3 stride 2, 128 to 128, 28x28", 1, 128, 128, 56, 3, 2}),
          conv({"depthwise 3x3, 128, 56x56", 128, 1, 1, 56, 3, 1}),
          {"GEMM M 512, N 768, K 3072", test::matmul_work(1, 512, 3072, 768)}};
}

System shipped_system(const std::string& name) { return required(load_system(name)); }

const PrecisionInfo& precision_of(const System& system) {
  return system.precisions.at(system.default_precision);
}

}  // namespace tilewright::bench
