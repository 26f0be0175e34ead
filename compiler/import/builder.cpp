#include "compiler/import/builder.h"

#include <cstring>

#include "compiler/import/dead_code.h"
#include "compiler/support/check.h"

namespace tilewright {

namespace {

// Constants that the file does not hold (ConstantOfShape, Expand, padded weights, ...): 4 GiB.
constexpr int64_t kMostMadeUpBytes = int64_t{1} << 32;

}  // namespace

Ref Builder::find(const std::string& tensor) const {
  const auto found = tensors_.find(tensor);
  return found == tensors_.end() ? nullptr : found->second;
}

Ref Builder::add_operand(NodeOperand operand) {
  operands_.push_back(std::move(operand));
  return &operands_.back();
}

Ref Builder::add_value(std::string name, ElementType type, Shape shape) {
  NodeOperand operand;
  operand.name = name;
  operand.type = type;
  operand.shape = shape;
  operand.id = graph_.add_value({std::move(name), type, std::move(shape), nullptr});
  return add_operand(std::move(operand));
}

Ref Builder::add_constant(const std::string& base, Tensor data) {
  NodeOperand operand;
  operand.name = unique_value_name(base);
  operand.type = data.type;
  operand.shape = data.shape;
  operand.data = std::make_shared<Tensor>(std::move(data));
  return add_operand(std::move(operand));
}

Builder::Filling Builder::filling_of(const NodeOperand& operand) {
  Filling filling{operand.shape, operand.type, 0, 0};
  if (operand.type == ElementType::Float32)
    std::memcpy(&filling.float_bits, operand.element->floats.data(), sizeof(float));
  else
    filling.integer = operand.element->ints[0];
  return filling;
}

Ref Builder::add_filled(const std::string& base, const Shape& shape, const Tensor& element,
                        const std::string& place) {
  NodeOperand operand;
  operand.name = unique_value_name(base);
  operand.type = element.type;
  operand.shape = shape;
  operand.element = std::make_shared<Tensor>(element);
  const Filling filling = filling_of(operand);
  if (filled_.count(filling) == 0) charge(element.type, *element_count(shape), place);
  filled_[filling];
  return add_operand(std::move(operand));
}

Ref Builder::add_stored(const std::string& name, const onnx::TensorProto& proto,
                        const std::string& where) {
  const Result<TensorHeader> header = check_tensor(proto, where);
  if (!header) throw ImportError{header.error().front()};
  NodeOperand operand;
  operand.name = name;
  operand.type = header->type;
  operand.shape = header->shape;
  operand.stored = &proto;
  return add_operand(std::move(operand));
}

const Tensor& Builder::data(Ref constant) {
  TW_CHECK(constant->is_constant(), "'{}' has no data at import", constant->name);
  if (constant->data) return *constant->data;
  if (constant->stored != nullptr) {
    const std::string where = where_ + ": tensor " + quoted(constant->name);
    Result<Tensor> tensor =
        decode_tensor(*constant->stored, {constant->type, constant->shape}, where);
    if (!tensor) throw ImportError{tensor.error().front()};
    constant->data = std::make_shared<Tensor>(*std::move(tensor));
    return *constant->data;
  }
  std::shared_ptr<Tensor>& shared = filled_[filling_of(*constant)];
  if (!shared) {
    const auto count = static_cast<size_t>(*element_count(constant->shape));
    shared = std::make_shared<Tensor>(Tensor{constant->type, constant->shape, {}, {}});
    if (constant->type == ElementType::Float32)
      shared->floats.assign(count, constant->element->floats[0]);
    else
      shared->ints.assign(count, constant->element->ints[0]);
  }
  constant->data = shared;
  return *constant->data;
}

Ref Builder::reshape_constant(Ref constant, const Shape& shape, const std::string& place) {
  const bool ours_alone = constant->uses <= 1 && constant->id < 0;
  const std::string name =
      ours_alone ? constant->name : unique_value_name(constant->name + "/reshaped");
  if (constant->element != nullptr) {
    const Ref result = add_filled(name, shape, *constant->element, place);
    result->name = name;
    return result;
  }
  NodeOperand operand;
  operand.name = name;
  operand.type = constant->type;
  operand.shape = shape;
  operand.stored = constant->stored;
  const bool moves = ours_alone && (operand.stored != nullptr || constant->data.use_count() == 1);
  if (!moves) charge(constant->type, *element_count(shape), place);
  if (operand.stored == nullptr) {
    operand.data = moves ? std::move(constant->data) : std::make_shared<Tensor>(*constant->data);
    operand.data->shape = shape;
  }
  return add_operand(std::move(operand));
}

ValueId Builder::value_of(Ref operand) {
  if (operand->id < 0) {
    operand->id = graph_.add_value({operand->name, operand->type, operand->shape, nullptr});
    constants_.push_back(operand);
  }
  return operand->id;
}

void Builder::rename(Ref operand, const std::string& name) {
  operand->name = name;
  operand->named_by_model = true;
  if (operand->id >= 0) graph_.values[static_cast<size_t>(operand->id)].name = name;
}

void Builder::charge(ElementType type, int64_t count, const std::string& place) {
  const int64_t bytes = count * (type == ElementType::Float32 ? 4 : 8);
  if (made_up_bytes_ + bytes > kMostMadeUpBytes)
    throw ImportError{{ErrorCode::Unsupported, place,
                       fmt::format("constants that the model computes would take {} bytes, the "
                                   "limit is {}",
                                   made_up_bytes_ + bytes, kMostMadeUpBytes),
                       ""}};
  made_up_bytes_ += bytes;
}

Graph Builder::finish() {
  const std::vector<ValueId> renumbered = drop_dead(graph_);
  for (Ref constant : constants_) {
    const ValueId id = renumbered[static_cast<size_t>(constant->id)];
    if (id < 0) continue;
    data(constant);
    graph_.values[static_cast<size_t>(id)].constant = constant->data;
  }
  return std::move(graph_);
}

}  // namespace tilewright
