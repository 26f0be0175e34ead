// A network: values, and nodes that each compute values by one primitive, in topological order.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/primitive.h"
#include "compiler/ir/tensor.h"
#include "compiler/support/result.h"

namespace tilewright {

using ValueId = int32_t;

struct Value {
  std::string name;
  ElementType type = ElementType::Float32;
  Shape shape;
  std::shared_ptr<const Tensor> constant;  // null unless known at compile time
};

struct Node {
  std::string name;  // unique in the graph
  std::string op;    // the operator of the model it came from, e.g. "BatchNormalization"
  Primitive primitive;
  std::vector<ValueId> inputs;
  ValueId output = 0;
  // Scalar expression of one input that is applied to the output on its way out (array primitives
  // only): a bias-free activation that was fused. Empty: nothing.
  ScalarExpr epilogue;
};

struct Graph {
  std::string name;
  std::vector<Value> values;
  std::vector<Node> nodes;      // every input is a constant, a graph input or an earlier output
  std::vector<ValueId> inputs;  // fed at run time, in the model's order
  std::vector<ValueId> outputs;

  const Value& value(ValueId id) const { return values[static_cast<size_t>(id)]; }
  ValueId add_value(Value value) {
    values.push_back(std::move(value));
    return static_cast<ValueId>(values.size()) - 1;
  }
};

// The output shape that a primitive gives for these input shapes, or why it cannot: every number of
// elements and multiply-accumulates fits 64 bits in what is returned. The findings' place is the
// primitive's name. The shape of a view is not its primitive's to say: the input's is returned, and
// verify() accepts any other with as many elements.
Result<Shape> infer_shape(const Primitive& primitive, const std::vector<Shape>& inputs);

// Every violated rule of the graph: ids in range, order, unique names, shapes as inferred.
// Empty when the graph is sound.
Diagnostics verify(const Graph& graph);

// One line per value and node; for dumps and tests.
std::string print(const Graph& graph);

// Multiply-accumulates of one node (0 for everything but Conv and MatMul).
int64_t mac_count(const Graph& graph, const Node& node);

// Runs the graph in float with Eigen; `inputs` by name, others than the graph's are ignored. Fails
// on missing inputs or wrong shapes, and on values that are not Float32. The graph must verify().
// `stored`, if any, is what becomes of each element of a node's result: rounding to a format.
Result<std::map<std::string, Tensor>> evaluate(const Graph& graph,
                                               const std::map<std::string, Tensor>& inputs,
                                               const std::function<float(float)>& stored = {});

}  // namespace tilewright
