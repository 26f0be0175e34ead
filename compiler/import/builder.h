// The graph under construction, and what is known of each tensor of the model so far.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "compiler/import/report.h"
#include "compiler/import/tensor_proto.h"
#include "compiler/ir/graph.h"
#include "compiler/support/unique_names.h"

namespace tilewright {

// One tensor: a constant in one of three forms, or a value that is computed at run time.
struct NodeOperand {
  std::string name;
  ElementType type = ElementType::Float32;
  Shape shape;
  ValueId id = -1;                            // in the graph, once a node reads it
  std::shared_ptr<Tensor> data;               // of a constant that is at hand
  const onnx::TensorProto* stored = nullptr;  // of one that the file holds, under any shape
  std::shared_ptr<const Tensor> element;      // of one whose elements are all equal
  NodeOperand* viewed = nullptr;              // whose data this shows under another shape
  int64_t uses = 0;                           // reads by nodes of the model, and as graph output
  bool named_by_model = false;

  bool is_constant() const { return data != nullptr || stored != nullptr || element != nullptr; }
};

// Operands live as long as the builder, so lowering functions pass them around by pointer.
using Ref = NodeOperand*;

class Builder {
 public:
  // `where` is the model's file name; `names` are all tensor names of the model, which values that
  // the importer adds must not take.
  Builder(std::string where, std::set<std::string> names)
      : where_(std::move(where)), value_names_(std::move(names)) {}

  // Tensors of the model by name; null for one whose node could not be lowered.
  Ref find(const std::string& tensor) const;
  void define(const std::string& tensor, Ref operand) { tensors_[tensor] = operand; }

  Ref add_operand(NodeOperand operand);
  // A run-time value of the graph; `name` must be unique.
  Ref add_value(std::string name, ElementType type, Shape shape);
  // A constant whose size was charged; `base` is made unique.
  Ref add_constant(const std::string& base, Tensor data);
  // Every element equal to the one of `element`; such constants of one shape share their data.
  Ref add_filled(const std::string& base, const Shape& shape, const Tensor& element,
                 const std::string& place);
  // A constant of the model, checked now and decoded when it is needed.
  Ref add_stored(const std::string& name, const onnx::TensorProto& proto, const std::string& where);

  // Data of a constant, made or decoded on first use.
  const Tensor& data(Ref constant);
  // The constant under another shape of as many elements. What someone else reads, too, becomes a
  // copy, which is charged.
  Ref reshape_constant(Ref constant, const Shape& shape, const std::string& place);

  // The operand as a value of the graph. Constants get their data at the end, by finish().
  ValueId value_of(Ref operand);
  void add_node(Node node) { graph_.nodes.push_back(std::move(node)); }
  void rename(Ref operand, const std::string& name);

  std::string unique_value_name(const std::string& base) { return value_names_.fresh(base); }
  std::string unique_node_name(const std::string& base) { return node_names_.fresh(base); }
  void reserve_node_names(const std::vector<std::string>& names) {
    for (const std::string& name : names) node_names_.take(name);
  }

  // Counts data that is not in the file; call before allocating it. Fails beyond the limit.
  void charge(ElementType type, int64_t count, const std::string& place);

  // Drops what no output needs, and decodes the constants that are left.
  Graph finish();

  Graph& graph() { return graph_; }
  const std::string& where() const { return where_; }

 private:
  std::string where_;
  Graph graph_;
  std::deque<NodeOperand> operands_;
  std::map<std::string, Ref> tensors_;
  UniqueNames value_names_, node_names_;
  struct Filling {
    Shape shape;
    ElementType type;
    uint32_t float_bits;
    int64_t integer;
    auto operator<=>(const Filling&) const = default;
  };
  static Filling filling_of(const NodeOperand& operand);
  std::map<Filling, std::shared_ptr<Tensor>> filled_;  // null: counted, but not made
  std::vector<Ref> constants_;                         // that are values of the graph
  int64_t made_up_bytes_ = 0;
};

}  // namespace tilewright
