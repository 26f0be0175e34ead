#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

namespace {

ModelBuilder pool_model(const char* op, const Shape& x, int64_t kernel, int64_t stride,
                        const std::vector<int64_t>& pads) {
  ModelBuilder m(10);
  m.input("x", x).output("y");
  const size_t axes = x.size() - 2;
  m.node(op, {"x"}, {"y"})
      .named("p")
      .set("kernel_shape", std::vector<int64_t>(axes, kernel))
      .set("strides", std::vector<int64_t>(axes, stride))
      .set("pads", pads);
  return m;
}

}  // namespace

TEST_CASE("MaxPool takes the maximum of each window; 1-D as an image of one row") {
  const ModelBuilder image = pool_model("MaxPool", {1, 1, 4, 4}, 2, 2, {0, 0, 0, 0});
  CHECK(nodes_of(imported(image)) == Lines{"p Pool [1,1,2,2]"});
  CHECK(computed(image, {{"x", counting({1, 1, 4, 4})}}).floats == Floats{5, 7, 13, 15});
  const ModelBuilder line = pool_model("MaxPool", {1, 1, 5}, 3, 1, {1, 1});
  CHECK(nodes_of(imported(line)) ==
        Lines{"p/x Move [1,1,1,5]", "p Pool [1,1,1,5]", "p/y Move [1,1,5]"});
  CHECK(computed(line, {{"x", counting({1, 1, 5}, -1)}}).floats == Floats{0, 0, -1, -2, -3});
}

TEST_CASE("ceil_mode adds the last window, unless it would start behind the input") {
  ModelBuilder m = pool_model("MaxPool", {1, 1, 6}, 3, 2, {0, 0});
  m.graph().mutable_node(0)->add_attribute()->CopyFrom([] {
    onnx::AttributeProto attribute;
    attribute.set_name("ceil_mode");
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(1);
    return attribute;
  }());
  CHECK(computed(m, {{"x", counting({1, 1, 6})}}).floats == Floats{2, 4, 5});
  ModelBuilder behind(10);
  behind.input("x", {1, 1, 2}).output("y");
  behind.node("MaxPool", {"x"}, {"y"})
      .set("kernel_shape", std::vector<int64_t>{1})
      .set("strides", std::vector<int64_t>{2})
      .set("ceil_mode", int64_t{1});
  CHECK(computed(behind, {{"x", counting({1, 1, 2})}}).floats == Floats{0});
}

TEST_CASE("AveragePool divides by what lies in the image, or by the window") {
  ModelBuilder m = pool_model("AveragePool", {1, 1, 4}, 3, 1, {1, 1});
  CHECK(nodes_of(imported(m)) == Lines{"p/x Move [1,1,1,4]", "p Pool [1,1,1,4]",
                                       "p/divide Pointwise [1,1,1,4]", "p/y Move [1,1,4]"});
  const Tensor y = computed(m, {{"x", counting({1, 1, 4}, 6)}});
  CHECK(y.floats == Floats{6 / 2, 18 / 3, 36 / 3, 30 / 2});
  ModelBuilder padded(10);
  padded.input("x", {1, 1, 4}).output("y");
  padded.node("AveragePool", {"x"}, {"y"})
      .named("p")
      .set("kernel_shape", std::vector<int64_t>{3})
      .set("pads", std::vector<int64_t>{1, 1})
      .set("count_include_pad", int64_t{1});
  CHECK(nodes_of(imported(padded)) ==
        Lines{"p/x Move [1,1,1,4]", "p Pool [1,1,1,4]", "p/y Move [1,1,4]"});
  CHECK(computed(padded, {{"x", counting({1, 1, 4}, 6)}}).floats ==
        Floats{6 / 3, 18 / 3, 36 / 3, 30 / 3});
}

TEST_CASE("AveragePool counts padding but not what ceil_mode adds behind it") {
  ModelBuilder m(10);
  m.input("x", {1, 1, 4}).output("y");
  m.node("AveragePool", {"x"}, {"y"})
      .set("kernel_shape", std::vector<int64_t>{3})
      .set("strides", std::vector<int64_t>{2})
      .set("pads", std::vector<int64_t>{1, 1})
      .set("ceil_mode", int64_t{1})
      .set("count_include_pad", int64_t{1});
  // Windows: (pad 0 1) / 3, (1 2 3) / 3, (3 pad beyond) / 2.
  CHECK(computed(m, {{"x", counting({1, 1, 4}, 6)}}).floats == Floats{6 / 3, 36 / 3, 18 / 2});
}

TEST_CASE("global pools have the image as their window, whatever its rank") {
  for (const Shape& shape : {Shape{1, 2, 4}, Shape{1, 2, 2, 2}, Shape{1, 2, 2, 1, 2}}) {
    ModelBuilder m;
    m.input("x", shape).output("y");
    m.node("GlobalAveragePool", {"x"}, {"y"});
    Shape wanted(shape.size(), 1);
    wanted[1] = 2;
    const Tensor y = computed(m, {{"x", counting(shape)}});
    CHECK(y.shape == wanted);
    CHECK(y.floats == Floats{(0 + 1 + 2 + 3) / 4.f, (4 + 5 + 6 + 7) / 4.f});
  }
}

TEST_CASE("pools refuse windows in the padding, and outputs they do not have") {
  CHECK(
      findings(pool_model("MaxPool", {1, 1, 4}, 2, 1, {2, 0})) ==
      Lines{"2 m.onnx: node 'p' (MaxPool): the window of output 0 on spatial axis 0 lies wholly in "
            "the padding (2 and 0)"});
  CHECK(findings(pool_model("MaxPool", {1, 1, 4, 4, 4}, 2, 1, {0, 0, 0, 0, 0, 0})) ==
        Lines{"3 m.onnx: node 'p' (MaxPool): the input [1,1,4,4,4] has 3 spatial axes; 1 and 2 are "
              "supported"});
  ModelBuilder m;
  m.input("x", {1, 1, 4}).output("y").output("i");
  m.node("MaxPool", {"x"}, {"y", "i"}).named("p").set("kernel_shape", std::vector<int64_t>{2});
  m.node("AveragePool", {"x"}, {"z"}).named("q");
  m.output("z");
  CHECK(findings(m) ==
        Lines{"3 m.onnx: node 'p' (MaxPool): output 1 (indices) is used; only the "
              "maximum is supported",
              "2 m.onnx: node 'q' (AveragePool): attribute 'kernel_shape' is missing"});
}
