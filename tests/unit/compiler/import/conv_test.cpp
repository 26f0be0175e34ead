#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

namespace {

ModelBuilder conv_model(const Shape& x, const Shape& w) {
  ModelBuilder m;
  m.input("x", x).weights("w", counting(w)).output("y");
  return m;
}

}  // namespace

TEST_CASE("Conv keeps strides, pads, dilations and groups") {
  ModelBuilder m = conv_model({2, 6, 9, 11}, {4, 3, 3, 5});
  m.weights("b", counting({4}));
  m.node("Conv", {"x", "w", "b"}, {"y"})
      .named("c")
      .set("strides", std::vector<int64_t>{2, 1})
      .set("pads", std::vector<int64_t>{1, 2, 0, 3})
      .set("dilations", std::vector<int64_t>{1, 2})
      .set("group", int64_t{2});
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"c Conv [2,4,4,8]"});
  const Conv& conv = primitive_at<Conv>(graph, 0);
  CHECK(conv.groups == 2);
  CHECK(conv.window.kernel == std::array<int64_t, 2>{3, 5});
  CHECK(conv.window.stride == std::array<int64_t, 2>{2, 1});
  CHECK(conv.window.dilation == std::array<int64_t, 2>{1, 2});
  CHECK(conv.window.pad_begin == std::array<int64_t, 2>{1, 2});
  CHECK(conv.window.pad_end == std::array<int64_t, 2>{0, 3});
  CHECK(graph.value(graph.nodes[0].inputs[1]).name == "w");
  CHECK(graph.value(graph.nodes[0].output).name == "y");
}

TEST_CASE("Conv with auto_pad spreads the padding") {
  const auto pads = [](const char* mode) {
    ModelBuilder m = conv_model({1, 1, 5, 5}, {1, 1, 2, 2});
    m.node("Conv", {"x", "w"}, {"y"}).set("auto_pad", mode);
    const Graph graph = imported(m);
    const Window& w = primitive_at<Conv>(graph, 0).window;
    return std::vector<int64_t>{w.pad_begin[0], w.pad_end[0],
                                graph.value(graph.nodes[0].output).shape[2]};
  };
  CHECK(pads("SAME_UPPER") == std::vector<int64_t>{0, 1, 5});
  CHECK(pads("SAME_LOWER") == std::vector<int64_t>{1, 0, 5});
  CHECK(pads("VALID") == std::vector<int64_t>{0, 0, 4});
  CHECK(pads("NOTSET") == std::vector<int64_t>{0, 0, 4});
}

TEST_CASE("a 1-D Conv is a 2-D one of one row, its weights reshaped in place") {
  ModelBuilder m = conv_model({1, 2, 8}, {3, 2, 3});
  m.node("Conv", {"x", "w"}, {"y"}).named("c").set("pads", std::vector<int64_t>{1, 1});
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"c/x Move [1,2,1,8]", "c Conv [1,3,1,8]", "c/y Move [1,3,8]"});
  const Value& weights = graph.value(graph.nodes[1].inputs[1]);
  CHECK(weights.name == "w");
  CHECK(weights.shape == Shape{3, 2, 1, 3});
  CHECK(primitive_at<Conv>(graph, 1).window.pad_begin == std::array<int64_t, 2>{0, 1});
}

TEST_CASE("Conv refuses what does not fit, with the numbers") {
  const auto found = [](const Shape& x, const Shape& w, auto attributes) {
    ModelBuilder m = conv_model(x, w);
    NodeWriter node = m.node("Conv", {"x", "w"}, {"y"}).named("c");
    attributes(node);
    return findings(m);
  };
  const auto none = [](NodeWriter&) {};
  CHECK(
      found({1, 3, 8, 8}, {4, 2, 3, 3}, none) ==
      Lines{"2 m.onnx: node 'c' (Conv): the input [1,3,8,8] has 3 channels, the weights [4,2,3,3] "
            "in 1 groups need 2"});
  CHECK(found({1, 4, 8, 8}, {3, 2, 3, 3}, [](NodeWriter& n) { n.set("group", int64_t{2}); }) ==
        Lines{"2 m.onnx: node 'c' (Conv): 3 output channels do not divide into 2 groups"});
  CHECK(
      found({1, 1, 2, 8}, {1, 1, 3, 3}, none) ==
      Lines{"2 m.onnx: node 'c' (Conv): the window spans 3 along spatial axis 0, the padded input "
            "only 2"});
  CHECK(
      found({1, 1, 8, 8}, {1, 1, 3, 3},
            [](NodeWriter& n) {
              n.set("kernel_shape", std::vector<int64_t>{2, 3});
            }) ==
      Lines{
          "2 m.onnx: node 'c' (Conv): attribute 'kernel_shape' is [2,3], the weights have [3,3]"});
  CHECK(found({1, 1, 8, 8}, {1, 1, 3, 3}, [](NodeWriter& n) {
          n.set("strides", std::vector<int64_t>{2});
        }) == Lines{"2 m.onnx: node 'c' (Conv): attribute 'strides' is [2]; 2 numbers are needed"});
  CHECK(found({1, 1, 8, 8}, {1, 1, 3, 3}, [](NodeWriter& n) { n.set("strides", 1.5f); }) ==
        Lines{"2 m.onnx: node 'c' (Conv): attribute 'strides' is a float, not a list of integers"});
  CHECK(found({1, 1, 8, 8}, {1, 1, 3, 3}, [](NodeWriter& n) { n.set("auto_pad", "SAME"); }) ==
        Lines{"2 m.onnx: node 'c' (Conv): attribute 'auto_pad' is 'SAME'; known are NOTSET, "
              "SAME_UPPER, SAME_LOWER and VALID"});
  CHECK(found({1, 1, 8, 8}, {1, 1, 3, 3}, [](NodeWriter& n) { n.set("stride", int64_t{2}); }) ==
        Lines{"2 m.onnx: node 'c' (Conv): Conv of opset 13 has no attribute 'stride'"});
  CHECK(found({1, 1, 4, 4, 4}, {1, 1, 2, 2, 2}, none) ==
        Lines{"3 m.onnx: node 'c' (Conv): the input [1,1,4,4,4] has 3 spatial axes; 1 and 2 are "
              "supported"});
}
