#include "models/networks/networks.h"

#include <cstring>
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

int64_t parameters(const onnx::ModelProto& model) {
  int64_t sum = 0;
  for (const onnx::TensorProto& tensor : model.graph().initializer()) {
    int64_t count = 1;
    for (int64_t extent : tensor.dims()) count *= extent;
    REQUIRE(tensor.raw_data().size() == static_cast<size_t>(count) * sizeof(float));
    sum += count;
  }
  return sum;
}

TEST_CASE("the small networks have weights, the same on every build, and others for another seed") {
  for (const std::string name : {"mnist", "tiny-resnet"}) {
    const auto first = build_network(name, {1, 0, true});
    REQUIRE(first.has_value());
    CHECK(build_network(name, {1, 0, true}) == first);
    CHECK(build_network(name, {1, 1, true}) != first);
  }
  // conv1 8*25+8, conv2 16*8*25+16, fc1 784*64+64, fc2 64*10+10
  CHECK(parameters(built("mnist", {})) == 208 + 3216 + 50240 + 650);
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
    CHECK(bytes->size() < 64 * 1024);
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
      {"resnet50", 49 + 4, 1, 1, 53, 16, 0},
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

TEST_CASE("node and value names are unique, and the batch is the first extent") {
  for (const NetworkInfo& info : networks()) {
    const onnx::ModelProto model = built(info.name, {3, 0, false});
    std::set<std::string> names;
    for (const onnx::NodeProto& node : model.graph().node()) {
      CHECK(names.insert(node.name()).second);
      CHECK(node.output_size() == 1);
    }
    for (const auto* infos : {&model.graph().input(), &model.graph().output()}) {
      REQUIRE(infos->size() == 1);
      CHECK(infos->Get(0).type().tensor_type().shape().dim(0).dim_value() == 3);
    }
  }
}

TEST_CASE("an unknown network and an impossible batch are refused") {
  const auto unknown = build_network("lenet", {});
  REQUIRE(!unknown);
  CHECK(to_string(unknown.error()) ==
        "network 'lenet': error: no network has this name\n"
        "  hint: one of alexnet, vgg11, vgg16, resnet18, resnet50, mnist, tiny-resnet\n");
  CHECK(!build_network("mnist", {0, 0, true}));
  CHECK(!build_network("mnist", {65537, 0, true}));
}

}  // namespace
}  // namespace tilewright
