// One-node graphs for tests of mappings, without the emitter.
#pragma once

#include "compiler/ir/graph.h"
#include "compiler/mapping/work.h"

namespace tilewright::test {

struct ConvShape {
  int64_t batch = 1, groups = 1, in = 1, out = 1, rows = 1, columns = 1;  // in/out per group
  Window window;
  bool bias = false;
};

inline Graph one_node(Primitive primitive, const std::vector<Shape>& inputs, size_t constants_from,
                      const std::string& op) {
  Graph graph;
  graph.name = op;
  Node node;
  node.name = node.op = op;
  node.primitive = std::move(primitive);
  for (size_t k = 0; k < inputs.size(); ++k) {
    Value value;
    value.name = "v" + std::to_string(k);
    value.shape = inputs[k];
    if (k >= constants_from) {
      const auto count = static_cast<size_t>(element_count(inputs[k]).value());
      value.constant =
          std::make_shared<Tensor>(float_tensor(inputs[k], std::vector<float>(count, 1.0f)));
    }
    node.inputs.push_back(graph.add_value(value));
    if (k < constants_from) graph.inputs.push_back(node.inputs.back());
  }
  Value y;
  y.name = "y";
  y.shape = infer_shape(node.primitive, inputs).value();
  node.output = graph.add_value(y);
  graph.outputs = {node.output};
  graph.nodes.push_back(node);
  return graph;
}

inline Work conv_work(const ConvShape& s) {
  std::vector<Shape> inputs = {{s.batch, s.groups * s.in, s.rows, s.columns},
                               {s.groups * s.out, s.in, s.window.kernel[0], s.window.kernel[1]}};
  if (s.bias) inputs.push_back({s.groups * s.out});
  const Graph graph = one_node(Conv{s.groups, s.window}, inputs, 1, "Conv");
  return describe(graph).value().front();
}

inline Work matmul_work(int64_t groups, int64_t rows, int64_t reduction, int64_t columns) {
  const Graph graph =
      one_node(MatMul{}, {{groups, rows, reduction}, {1, reduction, columns}}, 1, "MatMul");
  return describe(graph).value().front();
}

inline Window square_window(int64_t kernel, int64_t stride, int64_t pad, int64_t dilation = 1) {
  return {{kernel, kernel}, {stride, stride}, {dilation, dilation}, {pad, pad}, {pad, pad}};
}

}  // namespace tilewright::test
