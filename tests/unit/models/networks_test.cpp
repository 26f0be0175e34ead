#include "models/networks/networks.h"

#include <cstring>
#include <map>
#include <set>

#include <onnx/onnx_pb.h>

#include "tests/support/catch.h"

namespace tilewright {
namespace {

onnx::ModelProto built(const std::string& name, const NetworkOptions& options) {
  const auto bytes = build_network(name, options);
  REQUIRE(bytes.has_value());
  onnx::ModelProto model;
  REQUIRE(model.ParseFromString(*bytes));
  return model;
}

int64_t count_nodes(const onnx::ModelProto& model, const std::string& op) {
  int64_t count = 0;
  for (const onnx::NodeProto& node : model.graph().node()) count += node.op_type() == op;
  return count;
}

// Elements per weight, which is an initializer or, in a network of shapes only, a ConstantOfShape.
std::map<std::string, int64_t> weights(const onnx::ModelProto& model) {
  std::map<std::string, int64_t> counts, extents;
  for (const onnx::TensorProto& tensor : model.graph().initializer()) {
    int64_t count = 1;
    for (int64_t extent : tensor.dims()) count *= extent;
    if (tensor.data_type() == onnx::TensorProto::FLOAT) {
      REQUIRE(tensor.raw_data().size() == static_cast<size_t>(count) * sizeof(float));
      counts[tensor.name()] = count;
    } else {
      REQUIRE(tensor.raw_data().size() == static_cast<size_t>(count) * sizeof(int64_t));
      int64_t product = 1;
      for (int64_t k = 0; k < count; ++k) {
        int64_t extent = 0;
        std::memcpy(&extent, tensor.raw_data().data() + k * 8, sizeof(extent));
        product *= extent;
      }
      extents[tensor.name()] = product;
    }
  }
  for (const onnx::NodeProto& node : model.graph().node())
    if (node.op_type() == "ConstantOfShape") counts[node.output(0)] = extents.at(node.input(0));
  return counts;
}

// Of the weights whose name contains `part`.
int64_t parameters(const onnx::ModelProto& model, const std::string& part = "") {
  int64_t sum = 0;
  for (const auto& [name, count] : weights(model))
    if (name.find(part) != std::string::npos) sum += count;
  return sum;
}

TEST_CASE("the small networks have weights, the same on every build, and others for another seed") {
  for (const std::string name : {"mnist", "tiny-resnet", "tiny-mobilenet", "tiny-bert"}) {
    const auto first = build_network(name, {1, 0, true});
    REQUIRE(first.has_value());
    CHECK(build_network(name, {1, 0, true}) == first);
    CHECK(build_network(name, {1, 1, true}) != first);
  }
  // conv1 8*25+8, conv2 16*8*25+16, fc1 784*64+64, fc2 64*10+10
  CHECK(parameters(built("mnist", {})) == 208 + 3216 + 50240 + 650);
}

TEST_CASE("the networks have the published numbers of parameters") {
  const NetworkOptions shapes{1, 0, false};
  // As the torchvision package counts them; the paper says 3.4 million.
  const onnx::ModelProto mobilenet = built("mobilenetv2", shapes);
  CHECK(parameters(mobilenet) - parameters(mobilenet, ".running_") == 3504872);
  const onnx::ModelProto resnet = built("resnet50", shapes);
  CHECK(parameters(resnet) - parameters(resnet, ".running_") == 25557032);

  const onnx::ModelProto bert = built("bert-base", shapes);
  const int64_t attention = 4 * (768 * 768 + 768);
  const int64_t feed_forward = 768 * 3072 + 3072 + 3072 * 768 + 768;
  CHECK(parameters(bert, "layer") == 12 * (attention + feed_forward + 2 * 2 * 768));
  CHECK(parameters(bert, "layer") == 85054464);  // BERT's 110 million less 24 of embeddings, pooler
  CHECK(parameters(bert, "embeddings") == (512 + 2) * 768 + 2 * 768);
}

TEST_CASE("a network of shapes only has the same weights, by name and size") {
  for (const std::string name : {"tiny-resnet", "tiny-mobilenet", "tiny-bert"})
    CHECK(weights(built(name, {1, 0, true})) == weights(built(name, {1, 0, false})));
}

TEST_CASE("weights are pinned, so that every platform makes the same ones") {
  const onnx::ModelProto model = built("mnist", {});
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  for (const onnx::TensorProto& tensor : model.graph().initializer())
    for (char c : tensor.raw_data()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  CHECK(hash == 0xe7cf365e5ebe1b00u);
}

TEST_CASE("weights have the variance of He et al.") {
  const onnx::ModelProto model = built("mnist", {});
  const std::string* raw = nullptr;
  for (const onnx::TensorProto& tensor : model.graph().initializer())
    if (tensor.name() == "fc1.weight") raw = &tensor.raw_data();
  REQUIRE(raw != nullptr);
  double sum = 0, squares = 0;
  const size_t count = raw->size() / sizeof(float);
  for (size_t i = 0; i < count; ++i) {
    float value = 0;
    std::memcpy(&value, raw->data() + i * sizeof(float), sizeof(float));
    sum += static_cast<double>(value), squares += static_cast<double>(value) * value;
  }
  CHECK(sum / static_cast<double>(count) == Approx(0).margin(1e-3));
  CHECK(squares / static_cast<double>(count) == Approx(2.0 / 784).epsilon(0.02));
}

TEST_CASE("shapes-only networks are small and without initial weights") {
  for (const NetworkInfo& info : networks()) {
    const auto bytes = build_network(info.name, {1, 0, false});
    REQUIRE(bytes.has_value());
    INFO(info.name << ": " << bytes->size() << " bytes");
    CHECK(bytes->size() < 96 * 1024);
    onnx::ModelProto model;
    REQUIRE(model.ParseFromString(*bytes));
    for (const onnx::TensorProto& tensor : model.graph().initializer())
      CHECK(tensor.data_type() == onnx::TensorProto::INT64);
  }
}

TEST_CASE("the networks have the published numbers of layers") {
  struct Row {
    std::string name;
    int64_t conv, gemm, pool, norm, add, softmax;
  };
  const Row rows[] = {
      {"alexnet", 5, 3, 3, 0, 0, 1},         {"vgg11", 8, 3, 5, 0, 0, 1},
      {"vgg16", 13, 3, 5, 0, 0, 1},          {"resnet18", 17 + 3, 1, 1, 20, 8, 0},
      {"resnet50", 49 + 4, 1, 1, 53, 16, 0}, {"mobilenetv2", 2 + 2 + 16 * 3, 1, 0, 52, 10, 0},
  };
  for (const Row& row : rows) {
    const onnx::ModelProto model = built(row.name, {1, 0, false});
    INFO(row.name);
    CHECK(count_nodes(model, "Conv") == row.conv);
    CHECK(count_nodes(model, "Gemm") == row.gemm);
    CHECK(count_nodes(model, "MaxPool") == row.pool);
    CHECK(count_nodes(model, "BatchNormalization") == row.norm);
    CHECK(count_nodes(model, "Add") == row.add);
    CHECK(count_nodes(model, "Softmax") == row.softmax);
    CHECK(count_nodes(model, "LRN") == (row.name == "alexnet" ? 2 : 0));
  }
}

TEST_CASE("MobileNetV2 has a depthwise convolution and ReLU6 as Clip in each block") {
  const onnx::ModelProto model = built("mobilenetv2", {1, 0, false});
  CHECK(count_nodes(model, "Clip") == 2 + 1 + 16 * 2);
  int64_t depthwise = 0;
  for (const onnx::NodeProto& node : model.graph().node())
    for (const onnx::AttributeProto& attribute : node.attribute())
      if (attribute.name() == "group" && attribute.i() > 1) {
        CHECK(node.name().find("depthwise") != std::string::npos);
        ++depthwise;
      }
  CHECK(depthwise == 17);
}

TEST_CASE("BERT is written with the operators of exported models") {
  const onnx::ModelProto model = built("bert-base", {1, 0, false});
  CHECK(model.opset_import(0).version() == 17);
  CHECK(count_nodes(model, "MatMul") == 12 * (4 + 2 + 2));
  CHECK(count_nodes(model, "Softmax") == 12);
  CHECK(count_nodes(model, "Erf") == 12);
  CHECK(count_nodes(model, "LayerNormalization") == 1 + 12 * 2);
  CHECK(count_nodes(model, "Reshape") == 12 * 4);
  CHECK(count_nodes(model, "Transpose") == 12 * 4);
  // Biases, residual connections, mask, Gelu; two embeddings.
  CHECK(count_nodes(model, "Add") == 12 * (6 + 2 + 1 + 1) + 2);
}

TEST_CASE("the sequence of a network of tokens can be chosen, of others it cannot") {
  const onnx::ModelProto model = built("tiny-bert", {2, 0, false, 5});
  const auto extent = [](const onnx::ValueInfoProto& info, int axis) {
    return info.type().tensor_type().shape().dim(axis).dim_value();
  };
  REQUIRE(model.graph().input_size() == 2);
  CHECK(extent(model.graph().input(0), 1) == 5);
  CHECK(extent(model.graph().input(1), 3) == 5);
  CHECK(extent(model.graph().output(0), 1) == 5);
  CHECK(extent(built("bert-base", {1, 0, false}).graph().input(0), 1) == 128);
  CHECK(build_network("tiny-bert", {1, 0, false, 512}).has_value());
  CHECK(!build_network("tiny-bert", {1, 0, false, 513}));
  CHECK(!build_network("tiny-bert", {1, 0, false, -1}));
  const auto image = build_network("mnist", {1, 0, false, 5});
  REQUIRE(!image);
  CHECK(to_string(image.error()) ==
        "network 'mnist': error: sequence is 5, but it reads no tokens\n");
}

TEST_CASE("node and value names are unique, and the batch is the first extent") {
  for (const NetworkInfo& info : networks()) {
    const onnx::ModelProto model = built(info.name, {3, 0, false});
    std::set<std::string> names;
    for (const onnx::NodeProto& node : model.graph().node()) {
      CHECK(names.insert(node.name()).second);
      CHECK(node.output_size() == 1);
    }
    CHECK(model.graph().output_size() == 1);
    for (const auto* infos : {&model.graph().input(), &model.graph().output()})
      for (const onnx::ValueInfoProto& value : *infos)
        CHECK(value.type().tensor_type().shape().dim(0).dim_value() == 3);
  }
}

TEST_CASE("an unknown network and an impossible batch are refused") {
  const auto unknown = build_network("lenet", {});
  REQUIRE(!unknown);
  CHECK(to_string(unknown.error()) ==
        "network 'lenet': error: no network has this name\n"
        "  hint: one of alexnet, vgg11, vgg16, resnet18, resnet50, mobilenetv2, bert-base, mnist, "
        "tiny-resnet, tiny-mobilenet, tiny-bert\n");
  CHECK(!build_network("mnist", {0, 0, true}));
  CHECK(!build_network("mnist", {65537, 0, true}));
}

}  // namespace
}  // namespace tilewright
