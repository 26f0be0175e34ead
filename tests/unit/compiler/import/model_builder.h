// Writes small ONNX models for the importer's tests, and reads what it makes of them.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "compiler/import/import.h"
#include "tests/support/catch.h"

namespace tilewright::import_test {

inline void set_tensor(onnx::TensorProto& proto, const Tensor& tensor) {
  for (int64_t extent : tensor.shape) proto.add_dims(extent);
  if (tensor.type == ElementType::Float32) {
    proto.set_data_type(onnx::TensorProto::FLOAT);
    for (float value : tensor.floats) proto.add_float_data(value);
  } else if (tensor.type == ElementType::Int64) {
    proto.set_data_type(onnx::TensorProto::INT64);
    for (int64_t value : tensor.ints) proto.add_int64_data(value);
  } else {
    proto.set_data_type(onnx::TensorProto::BOOL);
    for (int64_t value : tensor.ints) proto.add_int32_data(static_cast<int32_t>(value));
  }
}

// Ascending data: 0, 1, 2, ... times `scale`.
inline Tensor counting(Shape shape, float scale = 1) {
  Tensor tensor = float_tensor(std::move(shape), {});
  const int64_t count = *element_count(tensor.shape);
  for (int64_t n = 0; n < count; ++n) tensor.floats.push_back(scale * static_cast<float>(n));
  return tensor;
}

// One node under construction; attributes are set in chains.
class NodeWriter {
 public:
  explicit NodeWriter(onnx::NodeProto* node) : node_(node) {}
  NodeWriter& set(const char* name, int64_t value) {
    add(name, onnx::AttributeProto::INT)->set_i(value);
    return *this;
  }
  NodeWriter& set(const char* name, float value) {
    add(name, onnx::AttributeProto::FLOAT)->set_f(value);
    return *this;
  }
  NodeWriter& set(const char* name, const char* value) {
    add(name, onnx::AttributeProto::STRING)->set_s(value);
    return *this;
  }
  NodeWriter& set(const char* name, const std::vector<int64_t>& values) {
    auto* attribute = add(name, onnx::AttributeProto::INTS);
    for (int64_t value : values) attribute->add_ints(value);
    return *this;
  }
  NodeWriter& set(const char* name, const Tensor& value) {
    set_tensor(*add(name, onnx::AttributeProto::TENSOR)->mutable_t(), value);
    return *this;
  }
  NodeWriter& named(const char* name) {
    node_->set_name(name);
    return *this;
  }
  onnx::NodeProto& proto() { return *node_; }

 private:
  onnx::AttributeProto* add(const char* name, onnx::AttributeProto::AttributeType type) {
    auto* attribute = node_->add_attribute();
    attribute->set_name(name);
    attribute->set_type(type);
    return attribute;
  }
  onnx::NodeProto* node_;
};

struct ModelBuilder {
  onnx::ModelProto model;

  explicit ModelBuilder(int64_t opset = 13) {
    model.set_ir_version(7);
    model.add_opset_import()->set_version(opset);
    model.mutable_graph()->set_name("test");
  }
  onnx::GraphProto& graph() { return *model.mutable_graph(); }

  ModelBuilder& input(const char* name, const Shape& shape,
                      int32_t type = onnx::TensorProto::FLOAT) {
    auto* info = graph().add_input();
    info->set_name(name);
    auto* tensor = info->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(type);
    tensor->mutable_shape();
    for (int64_t extent : shape) tensor->mutable_shape()->add_dim()->set_dim_value(extent);
    return *this;
  }
  // Dimension `axis` of the last input gets a name ("": no extent at all).
  ModelBuilder& open_dim(int axis, const char* name) {
    auto* dim = graph()
                    .mutable_input(graph().input_size() - 1)
                    ->mutable_type()
                    ->mutable_tensor_type()
                    ->mutable_shape()
                    ->mutable_dim(axis);
    dim->clear_value();
    if (*name != 0) dim->set_dim_param(name);
    return *this;
  }
  ModelBuilder& weights(const char* name, const Tensor& tensor) {
    auto* proto = graph().add_initializer();
    proto->set_name(name);
    set_tensor(*proto, tensor);
    return *this;
  }
  NodeWriter node(const char* op, std::initializer_list<const char*> inputs,
                  std::initializer_list<const char*> outputs) {
    auto* node = graph().add_node();
    node->set_op_type(op);
    for (const char* name : inputs) node->add_input(name);
    for (const char* name : outputs) node->add_output(name);
    return NodeWriter(node);
  }
  ModelBuilder& output(const char* name) {
    graph().add_output()->set_name(name);
    return *this;
  }
  std::string bytes() const { return model.SerializeAsString(); }
};

inline Graph imported(const ModelBuilder& builder, const ImportOptions& options = {}) {
  const Result<Graph> graph = import_bytes(builder.bytes(), "m.onnx", options);
  if (!graph) FAIL(to_string(graph.error()));
  return *graph;
}

// What is found wrong: "2 m.onnx: node 'n' (Op): message", 2 or 3 being the exit status.
inline std::vector<std::string> findings(std::string_view bytes,
                                         const ImportOptions& options = {}) {
  const Result<Graph> graph = import_bytes(bytes, "m.onnx", options);
  std::vector<std::string> lines;
  if (graph) return lines;
  for (const Diagnostic& d : graph.error())
    lines.push_back(fmt::format("{} {}: {}", exit_status({d}), d.where, d.message));
  return lines;
}
inline std::vector<std::string> findings(const ModelBuilder& builder,
                                         const ImportOptions& options = {}) {
  return findings(builder.bytes(), options);
}

// "name Primitive [output shape]" per node.
inline std::vector<std::string> nodes_of(const Graph& graph) {
  std::vector<std::string> lines;
  for (const Node& node : graph.nodes)
    lines.push_back(fmt::format("{} {} {}", node.name, name_of(node.primitive),
                                print(graph.value(node.output).shape)));
  return lines;
}

template <class Primitive>
const Primitive& primitive_at(const Graph& graph, size_t node) {
  REQUIRE(node < graph.nodes.size());
  const auto* primitive = std::get_if<Primitive>(&graph.nodes[node].primitive);
  REQUIRE(primitive != nullptr);
  return *primitive;
}

// The only output, computed by the reference evaluator.
inline Tensor computed(const Graph& graph, const std::map<std::string, Tensor>& inputs) {
  const auto results = evaluate(graph, inputs);
  if (!results) FAIL(to_string(results.error()));
  REQUIRE(results->size() == 1);
  return results->begin()->second;
}
inline Tensor computed(const ModelBuilder& builder, const std::map<std::string, Tensor>& inputs) {
  return computed(imported(builder), inputs);
}

using Lines = std::vector<std::string>;
using Floats = std::vector<float>;

}  // namespace tilewright::import_test
