// The networks through the importer and the transforms.
#include "compiler/import/import.h"

#include <cmath>

#include "compiler/ir/intensity.h"
#include "compiler/transform/transform.h"
#include "models/networks/networks.h"
#include "tests/unit/compiler/ir/graph_builder.h"

namespace tilewright {
namespace {

Graph imported(const std::string& name, const NetworkOptions& options) {
  const auto bytes = build_network(name, options);
  REQUIRE(bytes.has_value());
  auto graph = import_bytes(*bytes, name + ".onnx", {});
  INFO((graph ? std::string() : to_string(graph.error())));
  REQUIRE(graph.has_value());
  const Diagnostics findings = verify(*graph);
  INFO(to_string(findings));
  REQUIRE(findings.empty());
  return std::move(*graph);
}

const Node& node_named(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes)
    if (node.name == name) return node;
  FAIL("no node " << name);
  return graph.nodes[0];
}

int64_t total_macs(const Graph& graph) {
  int64_t sum = 0;
  for (const Node& node : graph.nodes) sum += mac_count(graph, node);
  return sum;
}

TEST_CASE("operations per byte of VGG11 in FP16, as published in a talk on spatial accelerators") {
  const Graph graph = imported("vgg11", {1, 0, false});
  const auto of = [&](const std::string& name) {
    return ops_per_byte(intensity(graph, node_named(graph, name), 2));
  };
  const auto rounds_to = [](double figure) { return Approx(figure).margin(0.005).epsilon(0); };
  CHECK(of("conv1") == rounds_to(25.78));
  CHECK(of("conv3_2") == rounds_to(842.51));
  CHECK(of("conv4_1") == rounds_to(519.06));
  CHECK(of("conv5_2") == rounds_to(180.63));
  CHECK(of("fc7") == rounds_to(1.00));
  // 2 * 128*112*112*64*9 / (2 * (64*112*112 + 128*64*9 + 128*112*112)) = 372.594, where the talk
  // has 372.58; no convention that we tried gives that one without spoiling the others.
  CHECK(of("conv2") == rounds_to(372.59));
  CHECK(of("conv2") == Approx(372.58).epsilon(5e-5));
}

TEST_CASE("multiply-accumulates of the networks, as published") {
  struct Row {
    std::string name;
    double giga_macs;
  };
  const Row rows[] = {{"alexnet", 0.724},
                      {"vgg11", 7.61},
                      {"vgg16", 15.47},
                      {"resnet18", 1.81},
                      {"resnet50", 4.09},
                      {"mobilenetv2", 0.300},
                      {"mnist", 1e-9 * (156800 + 627200 + 50176 + 640)}};
  for (const Row& row : rows) {
    INFO(row.name);
    const double macs = static_cast<double>(total_macs(imported(row.name, {1, 0, false})));
    CHECK(macs / 1e9 == Approx(row.giga_macs).epsilon(0.01));
  }
}

TEST_CASE("multiply-accumulates of the encoder grow with the square of the sequence in attention") {
  for (const int64_t tokens : {int64_t{128}, int64_t{384}}) {
    const int64_t dense = 4 * tokens * 768 * 768 + 2 * tokens * 768 * 3072;
    const int64_t attention = 2 * 12 * tokens * tokens * 64;
    CHECK(total_macs(imported("bert-base", {1, 0, false, tokens})) == 12 * (dense + attention));
  }
}

TEST_CASE("for inference, each convolution absorbs its normalisation and activation") {
  struct Row {
    std::string name;
    size_t arrays, pointwise;  // pointwise: the residual additions
  };
  const Row rows[] = {{"vgg11", 8 + 3, 0},
                      {"resnet18", 20 + 1, 8},
                      {"resnet50", 53 + 1, 16},
                      {"mobilenetv2", 52 + 1, 10}};
  for (const Row& row : rows) {
    const Graph graph = optimize_for_inference(imported(row.name, {1, 0, false}));
    INFO(row.name << "\n" << print(graph));
    size_t arrays = 0, pointwise = 0;
    for (const Node& node : graph.nodes) {
      arrays += std::holds_alternative<Conv>(node.primitive);
      arrays += std::holds_alternative<MatMul>(node.primitive);
      pointwise += std::holds_alternative<Pointwise>(node.primitive) && node.op == "Add";
      CHECK(node.op != "BatchNormalization");
      CHECK(node.op != "Relu");
      CHECK(node.op != "Clip");
    }
    CHECK(arrays == row.arrays);
    CHECK(pointwise == row.pointwise);
  }
}

TEST_CASE("for inference, each dense layer of the encoder absorbs its bias") {
  const Graph graph = optimize_for_inference(imported("bert-base", {1, 0, false}));
  size_t products = 0, biased = 0, additions = 0;
  for (const Node& node : graph.nodes) {
    const bool product = std::holds_alternative<MatMul>(node.primitive);
    products += product;
    biased += product && node.inputs.size() == 3;
    additions += std::holds_alternative<Pointwise>(node.primitive) && node.op == "Add";
  }
  INFO(print(graph));
  CHECK(products == 12 * 8);
  CHECK(biased == 12 * 6);
  CHECK(additions == 2 + 12 * 3);  // of embeddings; of masks and residual connections
}

TEST_CASE("the transforms keep what the networks compute") {
  for (const std::string name :
       {"mnist", "tiny-resnet", "resnet18", "tiny-mobilenet", "mobilenetv2", "tiny-bert"}) {
    const Graph before = imported(name, {1, 0, true}), after = optimize_for_inference(before);
    const auto inputs = random_inputs(before, 1);
    const Tensor expected = must_evaluate(before, inputs).begin()->second;
    const Tensor result = must_evaluate(after, inputs).begin()->second;
    REQUIRE(result.shape == expected.shape);
    float largest = 0;
    for (float value : expected.floats) largest = std::max(largest, std::fabs(value));
    INFO(name << ", largest " << largest);
    for (size_t i = 0; i < expected.floats.size(); ++i)
      CHECK(std::fabs(result.floats[i] - expected.floats[i]) <= 1e-4f * largest);
  }
}

TEST_CASE("activations of the random networks neither explode nor vanish") {
  for (const std::string name :
       {"mnist", "tiny-resnet", "resnet18", "tiny-mobilenet", "mobilenetv2", "tiny-bert"}) {
    const Graph graph = imported(name, {1, 0, true});
    const auto results = must_evaluate(graph, random_inputs(graph, 0));
    double squares = 0;
    for (float value : results.begin()->second.floats)
      squares += static_cast<double>(value) * value;
    const auto count = static_cast<double>(results.begin()->second.floats.size());
    INFO(name << ": root mean square " << std::sqrt(squares / count));
    CHECK(std::sqrt(squares / count) > 0.05);
    CHECK(std::sqrt(squares / count) < 50);
  }
}

}  // namespace
}  // namespace tilewright
