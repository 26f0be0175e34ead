#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

namespace {

ModelBuilder two_inputs() {
  ModelBuilder m;
  m.input("x", {0, 3}).open_dim(0, "N").input("z", {0, 3}).open_dim(0, "N").output("y");
  m.node("Add", {"x", "z"}, {"y"});
  return m;
}

std::string hint_of(const ModelBuilder& m) {
  const Result<Graph> graph = import_bytes(m.bytes(), "m.onnx", {});
  REQUIRE_FALSE(graph);
  return graph.error()[0].hint;
}

}  // namespace

TEST_CASE("open dimensions are bound by name or by shape") {
  ImportOptions by_dim, by_shape;
  by_dim.dims["N"] = 4;
  by_shape.shapes["x"] = {4, 3};
  for (const ImportOptions& options : {by_dim, by_shape}) {
    const Graph graph = imported(two_inputs(), options);
    REQUIRE(graph.inputs.size() == 2);
    for (ValueId id : graph.inputs) CHECK(graph.value(id).shape == Shape{4, 3});
  }
}

TEST_CASE("open dimensions that nothing binds are each named, with the flag that would") {
  CHECK(findings(two_inputs()) ==
        Lines{"2 m.onnx: input 'x': dimension 'N' (axis 0 of [N,3]) has no extent",
              "2 m.onnx: input 'z': dimension 'N' (axis 0 of [N,3]) has no extent"});
  CHECK(hint_of(two_inputs()) == "bind it: --dim N=1");
  ModelBuilder nameless;
  nameless.input("x", {0, 3}).open_dim(0, "").output("y");
  nameless.node("Relu", {"x"}, {"y"});
  CHECK(findings(nameless) == Lines{"2 m.onnx: input 'x': axis 0 of [?,3] has no extent"});
  CHECK(hint_of(nameless) == "give the whole shape: --shape x=...");
  ModelBuilder minus_one;
  minus_one.input("x", {-1, 3}).output("y");
  minus_one.node("Relu", {"x"}, {"y"});
  CHECK(findings(minus_one) == Lines{"2 m.onnx: input 'x': axis 0 of [?,3] has no extent"});
  ModelBuilder shapeless;
  shapeless.input("x", {}).output("y");
  shapeless.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  shapeless.node("Relu", {"x"}, {"y"});
  CHECK(findings(shapeless) == Lines{"2 m.onnx: input 'x': the input has no shape"});
  ImportOptions options;
  options.shapes["x"] = {2, 2};
  CHECK(imported(shapeless, options).values[0].shape == Shape{2, 2});
}

TEST_CASE("options that do not fit the model are refused") {
  ImportOptions options;
  options.shapes["x"] = {4, 5};
  options.shapes["w"] = {1};
  options.dims["N"] = 3;
  options.dims["M"] = 0;
  options.bindings["v"] = counting({1});
  CHECK(findings(two_inputs(), options) ==
        Lines{"2 m.onnx: --bind names 'v', which is no input of the model",
              "2 m.onnx: --shape names 'w', which is no input of the model",
              "2 m.onnx: --dim M=0: the extent must be at least 1",
              "2 m.onnx: input 'x': dimension 'N' is bound to 3 and, by --shape, to 4",
              "2 m.onnx: input 'x': --shape gives axis 1 the extent 5, the model fixes it to 3",
              "2 m.onnx: --dim names 'M', no dimension of an input has that name"});
  ImportOptions rank;
  rank.shapes["x"] = {4};
  rank.dims["N"] = 4;
  CHECK(findings(two_inputs(), rank) ==
        Lines{"2 m.onnx: input 'x': --shape gives 1 axes, the model declares [N,3]"});
}

TEST_CASE("inputs of impossible shapes and types are refused") {
  const auto found = [](const Shape& shape, int32_t type) {
    ModelBuilder m;
    m.input("x", shape, type).output("y");
    m.node("Relu", {"x"}, {"y"});
    return findings(m);
  };
  using Type = onnx::TensorProto;
  CHECK(found({-7, 3}, Type::FLOAT) == Lines{"2 m.onnx: input 'x': axis 0 of [-7,3] is negative"});
  CHECK(found({int64_t{1} << 32, int64_t{1} << 32}, Type::FLOAT) ==
        Lines{"2 m.onnx: input 'x': shape [4294967296,4294967296] has more than 2^63 elements"});
  CHECK(
      found({1 << 16, 1 << 16}, Type::FLOAT) ==
      Lines{"2 m.onnx: input 'x': shape [65536,65536] has 4294967296 elements, more than the limit "
            "of 2147483648"});
  CHECK(found({2, 0}, Type::FLOAT) ==
        Lines{"3 m.onnx: input 'x': the shape [2,0] has no elements"});
  CHECK(found(Shape(17, 1), Type::FLOAT) ==
        Lines{"2 m.onnx: input 'x': it has 17 axes, at most 16 are supported"});
  CHECK(found({2}, Type::STRING) ==
        Lines{"3 m.onnx: input 'x': tensors of string are not supported"});
  CHECK(found({2}, Type::UNDEFINED) == Lines{"2 m.onnx: input 'x': the input has no element type"});
  CHECK(found({2}, 99) == Lines{"3 m.onnx: input 'x': tensors of data type 99 are not supported"});
  CHECK(found({2}, Type::INT32) == Lines{"3 m.onnx: input 'x': the input is int32; only "
                                         "floating-point values are computed at run time"});
  for (int32_t type : {Type::DOUBLE, Type::FLOAT16, Type::BFLOAT16})
    CHECK(found({2}, type).empty());
}

TEST_CASE("an input that is bound becomes a constant") {
  ModelBuilder m;
  m.input("x", {6}).input("to", {2}, onnx::TensorProto::INT64).output("y");
  m.node("Reshape", {"x", "to"}, {"y"}).named("r");
  ImportOptions options;
  options.bindings["to"] = int_tensor({2}, {3, 2});
  const Graph graph = imported(m, options);
  CHECK(nodes_of(graph) == Lines{"r Move [3,2]"});
  CHECK(graph.inputs.size() == 1);
  options.bindings["to"] = counting({3});
  CHECK(findings(m, options) ==
        Lines{"2 m.onnx: input 'to': --bind gives float32 [3], the model declares int64 [2]"});
}
