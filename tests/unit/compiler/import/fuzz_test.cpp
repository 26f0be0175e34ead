// Damaged models: whatever the bytes, the importer gives a sound graph or findings.
#include <cstdlib>
#include <random>

#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

namespace {

std::string convolutional() {
  ModelBuilder m(11);
  m.input("x", {1, 2, 6, 6}).output("y");
  m.weights("w", counting({4, 2, 3, 3})).weights("b", counting({4}));
  for (const char* name : {"s", "o", "mean", "var"}) m.weights(name, counting({4}));
  m.node("Conv", {"x", "w", "b"}, {"c"})
      .set("pads", std::vector<int64_t>{1, 1, 1, 1})
      .set("strides", std::vector<int64_t>{1, 1});
  m.node("BatchNormalization", {"c", "s", "o", "mean", "var"}, {"n"});
  m.node("LeakyRelu", {"n"}, {"r"}).set("alpha", 0.1f);
  m.node("AveragePool", {"r"}, {"p"})
      .set("kernel_shape", std::vector<int64_t>{2, 2})
      .set("strides", std::vector<int64_t>{2, 2})
      .set("pads", std::vector<int64_t>{1, 0, 0, 1})
      .set("ceil_mode", int64_t{1});
  m.node("LRN", {"p"}, {"l"}).set("size", int64_t{3});
  m.node("GlobalMaxPool", {"l"}, {"g"});
  m.node("Flatten", {"g"}, {"f"});
  m.node("Softmax", {"f"}, {"y"});
  return m.bytes();
}

std::string products() {
  ModelBuilder m(13);
  m.input("x", {2, 3, 4}).output("y").weights("w", counting({4, 2})).weights("c", counting({2}));
  m.weights("to", int_tensor({2}, {-1, 2})).weights("axes", int_tensor({1}, {1}));
  m.node("MatMul", {"x", "w"}, {"p"});
  m.node("Reshape", {"p", "to"}, {"r"});
  m.node("Gemm", {"r", "c2", "c"}, {"g"}).set("alpha", 0.5f).set("transB", int64_t{1});
  m.weights("c2", counting({2, 2}));
  m.node("ReduceSum", {"g", "axes"}, {"s"});
  m.node("Add", {"s", "c"}, {"a"});
  m.node("Transpose", {"a"}, {"y"}).set("perm", std::vector<int64_t>{1, 0});
  return m.bytes();
}

std::string shapes() {
  ModelBuilder m(13);
  m.input("x", {2, 3, 4}).output("y").output("b");
  m.weights("i", int_tensor({2}, {0, 2})).weights("zero", int_tensor({1}, {0}));
  m.weights("far", int_tensor({1}, {100})).weights("pads", int_tensor({4}, {0, 1, 1, 0}));
  m.weights("parts", int_tensor({2}, {1, 2})).weights("wide", int_tensor({3}, {5, 1, 1}));
  m.node("Shape", {"x"}, {"s"});
  m.node("Gather", {"s", "i"}, {"g"});
  m.node("ConstantOfShape", {"g"}, {"k"}).set("value", float_tensor({1}, {2}));
  m.node("Concat", {"g", "zero"}, {"t"}).set("axis", int64_t{0});
  m.node("Slice", {"x", "zero", "far", "i"}, {"bad"});
  m.node("Split", {"x", "parts"}, {"a", "b"}).set("axis", int64_t{1});
  m.node("Squeeze", {"a", "i1"}, {"q"});
  m.weights("i1", int_tensor({1}, {1}));
  m.node("Add", {"q", "k"}, {"d"});
  m.node("Pad", {"d", "pads"}, {"e"});
  m.node("Expand", {"e", "wide"}, {"v"});
  m.node("Clip", {"v"}, {"y"});
  return m.bytes();
}

std::string damaged(const std::string& model, std::mt19937& random) {
  const auto below = [&](size_t limit) { return static_cast<size_t>(random() % limit); };
  std::string bytes = model;
  const size_t hits = 1 + below(4);
  for (size_t hit = 0; hit < hits && !bytes.empty(); ++hit) {
    const size_t at = below(bytes.size());
    switch (below(6)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        bytes[at] = static_cast<char>(random());
        break;
      case 2:
        bytes[at] = static_cast<char>(bytes[at] + (random() % 2 == 0 ? 1 : -1));
        break;
      case 3:
        bytes.erase(at, 1 + below(8));
        break;
      case 4:
        bytes.insert(at, bytes, below(bytes.size()), 1 + below(16));
        break;
      default:
        bytes.resize(random() % 8 == 0 ? at : bytes.size());
        break;
    }
  }
  return bytes;
}

// Attribute values and dims are where damage of bytes rarely reaches something interesting.
void disturb_numbers(onnx::ModelProto& model, std::mt19937& random) {
  constexpr int64_t kNumbers[] = {
      0, 1, -1, 2, 7, int64_t{1} << 31, INT64_MAX, INT64_MIN, int64_t{1} << 62, -3};
  const auto number = [&] { return kNumbers[random() % std::size(kNumbers)]; };
  onnx::GraphProto& graph = *model.mutable_graph();
  for (auto& node : *graph.mutable_node())
    for (auto& attribute : *node.mutable_attribute()) {
      if (random() % 6 == 0) attribute.set_i(number());
      for (int i = 0; i < attribute.ints_size(); ++i)
        if (random() % 8 == 0) attribute.set_ints(i, number());
    }
  for (auto& tensor : *graph.mutable_initializer()) {
    for (int i = 0; i < tensor.int64_data_size(); ++i)
      if (random() % 12 == 0) tensor.set_int64_data(i, number());
    if (random() % 20 == 0 && tensor.dims_size() > 0) tensor.set_dims(0, number());
  }
  if (random() % 4 == 0) {
    auto* shape = graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
    shape->mutable_dim(static_cast<int>(random() % static_cast<unsigned>(shape->dim_size())))
        ->set_dim_value(number());
  }
  if (random() % 4 == 0)
    model.mutable_opset_import(0)->set_version(static_cast<int64_t>(random() % 25));
}

// TILEWRIGHT_FUZZ_ROUNDS asks for longer runs.
int rounds() {
  const char* wanted = std::getenv("TILEWRIGHT_FUZZ_ROUNDS");
  return wanted != nullptr ? std::max(std::atoi(wanted), 3000) : 3000;
}

// A Result is always one or the other; import itself verifies the graphs that it accepts.
bool survives(std::string_view bytes) {
  const Result<Graph> graph = import_bytes(bytes, "m.onnx", {});
  if (!graph) CHECK_FALSE(graph.error().empty());
  return graph.has_value();
}

}  // namespace

TEST_CASE("damaged bytes never crash the importer") {
  std::mt19937 random(0);
  const std::string models[] = {convolutional(), products(), shapes()};
  REQUIRE(survives(models[0]));
  REQUIRE(survives(models[1]));
  int accepted = 0;
  for (int round = 0; round < rounds(); ++round)
    accepted += survives(damaged(models[round % 3], random)) ? 1 : 0;
  CHECK(accepted > 30);
}

TEST_CASE("disturbed attributes, extents and constants never crash the importer") {
  std::mt19937 random(1);
  const std::string models[] = {convolutional(), products(), shapes()};
  int accepted = 0;
  for (int round = 0; round < rounds(); ++round) {
    onnx::ModelProto model;
    REQUIRE(model.ParseFromString(models[round % 3]));
    disturb_numbers(model, random);
    accepted += survives(model.SerializeAsString()) ? 1 : 0;
  }
  CHECK(accepted > 30);
}
