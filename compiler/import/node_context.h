// One node of the model as its lowering function sees it: inputs, attributes, and emission.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <onnx/onnx_pb.h>

#include "compiler/import/builder.h"

namespace tilewright {

// Every accessor throws ImportError with the node's place when the model has it wrong.
class NodeContext {
 public:
  struct Site {
    const onnx::NodeProto* node = nullptr;
    std::string name;   // of the node in the graph
    std::string place;  // for diagnostics
    int64_t opset = 0;
  };
  NodeContext(Builder& builder, Site site, const std::set<std::string>& graph_outputs,
              const std::map<std::string, int64_t>& uses);

  int64_t opset() const { return site_.opset; }
  const std::string& op() const { return site_.node->op_type(); }

  // Inputs. One that the model leaves out at the end or by an empty name is absent.
  size_t input_count() const { return inputs_.size(); }
  bool has_input(size_t index) const { return index < inputs_.size() && inputs_[index] != nullptr; }
  Ref input(size_t index);        // of any type
  Ref float_input(size_t index);  // Float32
  const std::string& input_name(size_t index) const;
  // Data that must be known at import: Int64, rank 1 (or 0), as a list.
  std::vector<int64_t> constant_ints(size_t index, std::string_view what);
  const Tensor& data(Ref constant) { return builder_.data(constant); }

  // Attributes; each accessor marks its attribute as known.
  bool has(const char* name);
  int64_t integer(const char* name, int64_t otherwise);
  float number(const char* name, float otherwise);
  std::string word(const char* name, const char* otherwise);
  std::optional<std::vector<int64_t>> integers(const char* name);
  std::optional<std::vector<float>> numbers(const char* name);
  const onnx::TensorProto* tensor(const char* name);
  void ignore(std::initializer_list<const char*> names);
  // Attributes that no accessor asked for: the operator does not have them.
  void check_all_attributes_known();

  // Fails when a result of this shape is beyond the limits on tensors.
  void check_size(const Shape& shape) const;

  // Emission. `suffix` tells the extra nodes of one operator apart ("/max"); the node that does the
  // operator's main work has none. Primitives whose inputs are all constant are folded when they
  // are views, moves, or cheap pointwise functions.
  Ref emit(Primitive primitive, const std::vector<Ref>& inputs, Shape shape,
           std::string_view suffix = "", ElementType type = ElementType::Float32);
  // The same data under another shape of as many elements; nothing when the shape is the same.
  Ref view(Ref operand, const Shape& shape, std::string_view suffix);
  // A constant that the importer makes up; announce() large ones before allocating them.
  Ref constant(Tensor data, std::string_view suffix);
  void announce(ElementType type, int64_t count) { builder_.charge(type, count, site_.place); }
  // Every element equal to the one of `element`.
  Ref filled(const Shape& shape, const Tensor& element);
  // A constant in another type; fractions are cut off.
  Ref cast_constant(Ref operand, ElementType type, std::string_view suffix);
  // A tensor of an attribute, decoded when it is used.
  Ref stored(const onnx::TensorProto& proto);

  // Outputs.
  size_t output_count() const { return static_cast<size_t>(site_.node->output_size()); }
  bool output_is_used(size_t index) const;
  void bind(size_t index, Ref operand);
  void bind(Ref operand) { bind(0, operand); }

  [[noreturn]] void bad(std::string message, std::string hint = "") const;
  [[noreturn]] void unsupported(std::string message, std::string hint = "") const;

 private:
  const onnx::AttributeProto* attribute(const char* name, onnx::AttributeProto::AttributeType type);
  Ref fold(const Primitive& primitive, const std::vector<Ref>& inputs, const Shape& shape,
           std::string_view suffix, ElementType type);
  void check_emission(const std::vector<Ref>& inputs, const Shape& shape, ElementType type) const;
  Ref emit_node(Primitive primitive, const std::vector<Ref>& inputs, Shape shape,
                std::string_view suffix, ElementType type);

  Builder& builder_;
  Site site_;
  const std::set<std::string>& graph_outputs_;
  const std::map<std::string, int64_t>& uses_;
  std::vector<Ref> inputs_;
  std::set<std::string> known_attributes_;
  bool main_emitted_ = false;
};

}  // namespace tilewright
