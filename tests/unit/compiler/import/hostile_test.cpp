// Inputs that crash, hang or exhaust other importers' shape inference, each refused by number.
#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

namespace {

constexpr int64_t kHuge = int64_t{1} << 62;

// One node of run-time inputs with these shapes.
ModelBuilder one_node(const char* op, const std::vector<Shape>& shapes, int64_t opset = 13) {
  ModelBuilder m(opset);
  auto* node = m.graph().add_node();
  node->set_op_type(op);
  node->set_name("n");
  for (size_t i = 0; i < shapes.size(); ++i) {
    const std::string name = fmt::format("i{}", i);
    m.input(name.c_str(), shapes[i]);
    node->add_input(name);
  }
  node->add_output("y");
  m.output("y");
  return m;
}

Lines with(ModelBuilder m, const char* name, const std::vector<int64_t>& values, bool list = true) {
  NodeWriter node(m.graph().mutable_node(0));
  if (list)
    node.set(name, values);
  else
    node.set(name, values[0]);
  return findings(m);
}

}  // namespace

TEST_CASE("Conv and Gemm of scalars, which dereferenced missing axes") {
  CHECK(
      findings(one_node("Conv", {{}, {1, 1, 1, 1}})) ==
      Lines{"2 m.onnx: node 'n' (Conv): the input [] and the weights [1,1,1,1] must both be [N, C, "
            "spatial...]"});
  CHECK(findings(one_node("Conv", {{}, {}})) ==
        Lines{"2 m.onnx: node 'n' (Conv): the input [] and the weights [] must both be [N, C, "
              "spatial...]"});
  CHECK(findings(one_node("Gemm", {{}, {2, 2}, {2}}, 6)) ==
        Lines{"2 m.onnx: node 'n' (Gemm): the inputs [] and [2,2] must be matrices"});
}

TEST_CASE("strides and groups of 0, which divided by zero") {
  ModelBuilder pool = one_node("MaxPool", {{1, 1, 4, 4}});
  NodeWriter(pool.graph().mutable_node(0)).set("kernel_shape", std::vector<int64_t>{2, 2});
  CHECK(with(pool, "strides", {0, 1}) ==
        Lines{"2 m.onnx: node 'n' (MaxPool): attribute 'strides' is [0,1]; each must be 1 to "
              "2147483648"});
  const ModelBuilder conv = one_node("Conv", {{1, 1, 4, 4}, {1, 1, 2, 2}});
  CHECK(with(conv, "strides", {1, 0}) ==
        Lines{"2 m.onnx: node 'n' (Conv): attribute 'strides' is [1,0]; each must be 1 to "
              "2147483648"});
  for (int64_t groups : {int64_t{0}, int64_t{-1}, INT64_MAX})
    CHECK(
        with(conv, "group", {groups}, false) ==
        Lines{fmt::format("2 m.onnx: node 'n' (Conv): attribute 'group' is {}; it must be at least "
                          "1 and at most 2147483648",
                          groups)});
}

TEST_CASE("a Split without outputs, which divided by their number") {
  ModelBuilder m;
  m.input("x", {4}).output("y");
  m.node("Split", {"x"}, {}).named("n");
  m.node("Relu", {"x"}, {"y"});
  CHECK(findings(m) == Lines{"2 m.onnx: node 'n' (Split): the node has no outputs"});
}

TEST_CASE("shapes too long or too large to allocate") {
  ModelBuilder declared;
  declared.input("s", {int64_t{1} << 31}, onnx::TensorProto::INT64).output("y");
  declared.node("ConstantOfShape", {"s"}, {"y"}).named("n");
  CHECK(findings(declared) == Lines{"3 m.onnx: input 's': the input is int64; only floating-point "
                                    "values are computed at run time"});
  const auto bomb = [](const Tensor& shape) {
    ModelBuilder m;
    m.weights("s", shape).output("y");
    m.node("ConstantOfShape", {"s"}, {"y"}).named("n");
    return findings(m);
  };
  CHECK(
      bomb(int_tensor({2}, {1 << 20, 1 << 20})) ==
      Lines{"2 m.onnx: node 'n' (ConstantOfShape): the result is unusable: shape [1048576,1048576] "
            "has 1099511627776 elements, more than the limit of 2147483648"});
  CHECK(bomb(int_tensor({2}, {-1, -1})) ==
        Lines{"2 m.onnx: node 'n' (ConstantOfShape): the result is unusable: axis 0 of [-1,-1] is "
              "negative"});
  CHECK(bomb(int_tensor({1}, {int64_t{1} << 31})) ==
        Lines{"3 m.onnx: node 'n' (ConstantOfShape): constants that the model computes would take "
              "8589934592 bytes, the limit is 4294967296"});
}

TEST_CASE("many large constants together pass the limit before any is allocated") {
  ModelBuilder m;
  m.weights("s", int_tensor({1}, {1 << 30}));  // 4 GiB each
  for (int n = 0; n < 3; ++n) {
    const std::string value = fmt::format("c{}", n);
    NodeWriter(m.node("ConstantOfShape", {"s"}, {}))
        .named(value.c_str())
        .set("value", float_tensor({1}, {static_cast<float>(n)}))
        .proto()
        .add_output(value);
    m.output(value.c_str());
  }
  const auto refused = [](const char* node) {
    return fmt::format(
        "3 m.onnx: node '{}' (ConstantOfShape): constants that the model computes "
        "would take 8589934592 bytes, the limit is 4294967296",
        node);
  };
  CHECK(findings(m) == Lines{refused("c1"), refused("c2")});
}

TEST_CASE("pads and repeats beyond 64 bits") {
  CHECK(with(one_node("Conv", {{1, 1, 4, 4}, {1, 1, 2, 2}}), "pads", {kHuge, kHuge, 0, 0}) ==
        Lines{fmt::format(
            "2 m.onnx: node 'n' (Conv): attribute 'pads' is [{0},{0},0,0]; each must be "
            "0 to 2147483648",
            kHuge)});
  CHECK(with(one_node("Pad", {{2}}, 2), "pads", {kHuge, kHuge}) ==
        Lines{fmt::format(
            "2 m.onnx: node 'n' (Pad): the pads are [{0},{0}]; each must be -2147483648 "
            "to 2147483648",
            kHuge)});
  CHECK(with(one_node("Conv", {{1, 1, 4, 4}, {1, 1, 2, 2}}), "pads",
             {int64_t{1} << 31, 0, int64_t{1} << 31, 0}) ==
        Lines{"2 m.onnx: node 'n' (Conv): the result is too large: shape [1,1,4294967299,3] has "
              "12884901897 elements, more than the limit of 2147483648"});
  ModelBuilder m;
  m.input("x", {1, 1}).output("y").weights("s", int_tensor({2}, {int64_t{1} << 40, 1 << 30}));
  m.node("Expand", {"x", "s"}, {"y"}).named("n");
  CHECK(findings(m) == Lines{"2 m.onnx: node 'n' (Expand): the new shape is unusable: shape "
                             "[1099511627776,1073741824] has more than 2^63 elements"});
  ModelBuilder product = one_node("MatMul", {{1 << 30, 1}, {1, 1 << 30}});
  CHECK(findings(product) ==
        Lines{"2 m.onnx: node 'n' (MatMul): the result is too large: shape [1073741824,1073741824] "
              "has 1152921504606846976 elements, more than the limit of 2147483648"});
}

TEST_CASE("a pool over a long axis with padding does not take its outputs one by one") {
  ModelBuilder m = one_node("MaxPool", {{1, 1, int64_t{1} << 31}});
  NodeWriter(m.graph().mutable_node(0)).set("kernel_shape", std::vector<int64_t>{2});
  CHECK(
      with(m, "pads", {1, 1}) ==
      Lines{"3 m.onnx: node 'n' (MaxPool): spatial axis 0 has 2147483649 outputs, at most 16777216 "
            "are supported"});
}

TEST_CASE("integer arithmetic is for shapes, not for large tensors") {
  ModelBuilder m;
  m.input("x", {2}).output("y").weights("s", int_tensor({1}, {1 << 28}));
  m.node("ConstantOfShape", {"s"}, {"c"}).set("value", int_tensor({1}, {1}));
  m.node("Add", {"c", "c"}, {"to"}).named("n");
  m.node("Reshape", {"x", "to"}, {"y"});
  CHECK(findings(m) ==
        Lines{"3 m.onnx: node 'n' (Add): integer arithmetic on 268435456 elements; at "
              "most 4194304 are computed at import"});
}

TEST_CASE("attributes given twice, or of no operator") {
  ModelBuilder m = one_node("Relu", {{2}});
  NodeWriter(m.graph().mutable_node(0)).set("a", int64_t{1}).set("a", int64_t{2});
  CHECK(findings(m) == Lines{"2 m.onnx: node 'n' (Relu): attribute 'a' is given twice"});
}
