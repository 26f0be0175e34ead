// Builds graphs by hand, for tests: shapes are inferred, names are made up.
#pragma once

#include "compiler/ir/graph.h"
#include "compiler/support/rng.h"
#include "tests/support/catch.h"

namespace tilewright {

inline std::vector<float> random_floats(Rng& rng, const Shape& shape, float low, float high) {
  std::vector<float> data(static_cast<size_t>(element_count(shape).value()));
  for (float& value : data) value = rng.uniform(low, high);
  return data;
}

class GraphBuilder {
 public:
  ValueId input(const std::string& name, Shape shape) {
    graph_.inputs.push_back(
        graph_.add_value({name, ElementType::Float32, std::move(shape), nullptr}));
    return graph_.inputs.back();
  }
  ValueId constant(Shape shape, std::vector<float> data) {
    auto tensor = std::make_shared<const Tensor>(float_tensor(shape, std::move(data)));
    return graph_.add_value({"c" + std::to_string(graph_.values.size()), ElementType::Float32,
                             std::move(shape), std::move(tensor)});
  }
  ValueId constant(Rng& rng, const Shape& shape, float low = -1, float high = 1) {
    return constant(shape, random_floats(rng, shape, low, high));
  }
  // The shape is inferred, which must succeed.
  ValueId node(Primitive primitive, std::vector<ValueId> inputs, const std::string& op = "") {
    std::vector<Shape> shapes;
    for (ValueId id : inputs) shapes.push_back(shape(id));
    const auto inferred = infer_shape(primitive, shapes);
    INFO((inferred ? std::string() : to_string(inferred.error())));
    REQUIRE(inferred.has_value());
    return add(std::move(primitive), std::move(inputs), op, *inferred);
  }
  ValueId view(ValueId x, Shape shape) { return add(Move{}, {x}, "Reshape", std::move(shape)); }
  ValueId pointwise(const std::string& expr, std::vector<ValueId> inputs) {
    Pointwise primitive;
    REQUIRE(parse_expr(expr, primitive.expr));
    return node(primitive, std::move(inputs), expr);
  }
  const Shape& shape(ValueId id) const { return graph_.value(id).shape; }

  // The graph with these outputs; it must verify.
  Graph finish(std::vector<ValueId> outputs) const {
    Graph graph = graph_;
    graph.outputs = std::move(outputs);
    const Diagnostics findings = verify(graph);
    INFO(to_string(findings) << print(graph));
    REQUIRE(findings.empty());
    return graph;
  }

 private:
  ValueId add(Primitive primitive, std::vector<ValueId> inputs, const std::string& op,
              Shape shape) {
    const std::string number = std::to_string(graph_.nodes.size());
    const ValueId out =
        graph_.add_value({"v" + number, ElementType::Float32, std::move(shape), nullptr});
    graph_.nodes.push_back({"n" + number, op, std::move(primitive), std::move(inputs), out, {}});
    return out;
  }

  Graph graph_;
};

// What the graph computes for random inputs in [-1, 1) drawn from `seed`.
inline std::map<std::string, Tensor> random_inputs(const Graph& graph, uint64_t seed) {
  std::map<std::string, Tensor> inputs;
  for (ValueId id : graph.inputs) {
    const Value& value = graph.value(id);
    Rng rng{stream_seed(seed, value.name), 0};
    inputs[value.name] = float_tensor(value.shape, random_floats(rng, value.shape, -1, 1));
  }
  return inputs;
}

inline std::map<std::string, Tensor> must_evaluate(const Graph& graph,
                                                   const std::map<std::string, Tensor>& inputs) {
  auto results = evaluate(graph, inputs);
  INFO((results ? std::string() : to_string(results.error())));
  REQUIRE(results.has_value());
  return std::move(*results);
}

}  // namespace tilewright
