#include "compiler/import/builder.h"

#include <cstring>

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

Ref Builder::add_operand(Operand operand) {
  operands_.push_back(std::move(operand));
  return &operands_.back();
}

Ref Builder::add_value(std::string name, ElementType type, Shape shape) {
  Operand operand;
  operand.name = name;
  operand.type = type;
  operand.shape = shape;
  operand.id = graph_.add_value({std::move(name), type, std::move(shape), nullptr});
  return add_operand(std::move(operand));
}

Ref Builder::add_constant(const std::string& base, Tensor data) {
  Operand operand;
  operand.name = unique_value_name(base);
  operand.type = data.type;
  operand.shape = data.shape;
  operand.data = std::make_shared<Tensor>(std::move(data));
  return add_operand(std::move(operand));
}

Ref Builder::add_filled(const std::string& base, const Shape& shape, const Tensor& element) {
  Filling filling{shape, element.type, 0, 0};
  const bool is_float = element.type == ElementType::Float32;
  if (is_float)
    std::memcpy(&filling.float_bits, element.floats.data(), sizeof(float));
  else
    filling.integer = element.ints[0];
  std::shared_ptr<Tensor>& shared = filled_[filling];
  if (!shared) {
    const int64_t count = *element_count(shape);
    charge(element.type, count);
    shared = std::make_shared<Tensor>(Tensor{element.type, shape, {}, {}});
    if (is_float)
      shared->floats.assign(static_cast<size_t>(count), element.floats[0]);
    else
      shared->ints.assign(static_cast<size_t>(count), element.ints[0]);
  }
  Operand operand;
  operand.name = unique_value_name(base);
  operand.type = element.type;
  operand.shape = shape;
  operand.data = shared;
  return add_operand(std::move(operand));
}

Ref Builder::add_stored(const std::string& name, const onnx::TensorProto& proto,
                        const std::string& where) {
  const Result<TensorHeader> header = check_tensor(proto, where);
  if (!header) throw ImportError{header.error().front()};
  Operand operand;
  operand.name = name;
  operand.type = header->type;
  operand.shape = header->shape;
  operand.stored = &proto;
  return add_operand(std::move(operand));
}

const Tensor& Builder::data(Ref constant) {
  TW_CHECK(constant->is_constant(), "'{}' has no data at import", constant->name);
  if (!constant->data) {
    const std::string where = where_ + ": tensor " + quoted(constant->name);
    Result<Tensor> tensor =
        decode_tensor(*constant->stored, {constant->type, constant->shape}, where);
    if (!tensor) throw ImportError{tensor.error().front()};
    constant->data = std::make_shared<Tensor>(*std::move(tensor));
  }
  return *constant->data;
}

Ref Builder::reshape_constant(Ref constant, const Shape& shape) {
  const Tensor& source = data(constant);
  const bool ours_alone =
      constant->uses <= 1 && constant->id < 0 && constant->data.use_count() == 1;
  Operand operand;
  operand.type = constant->type;
  operand.shape = shape;
  if (ours_alone) {
    operand.name = constant->name;
    operand.data = std::move(constant->data);
    constant->stored = nullptr;
  } else {
    charge(source.type, *element_count(shape));
    operand.name = unique_value_name(constant->name + "/reshaped");
    operand.data = std::make_shared<Tensor>(source);
  }
  operand.data->shape = shape;
  return add_operand(std::move(operand));
}

ValueId Builder::value_of(Ref operand) {
  if (operand->id < 0) {
    data(operand);
    operand->id = graph_.add_value({operand->name, operand->type, operand->shape, operand->data});
  }
  return operand->id;
}

void Builder::rename(Ref operand, const std::string& name) {
  operand->name = name;
  operand->named_by_model = true;
  if (operand->id >= 0) graph_.values[static_cast<size_t>(operand->id)].name = name;
}

void Builder::charge(ElementType type, int64_t count) {
  const int64_t bytes = count * (type == ElementType::Float32 ? 4 : 8);
  made_up_bytes_ += bytes;
  if (made_up_bytes_ <= kMostMadeUpBytes) return;
  made_up_bytes_ -= bytes;
  throw ImportError{{ErrorCode::Unsupported, where_,
                     fmt::format("constants that the model computes would take {} bytes, the limit "
                                 "is {}",
                                 made_up_bytes_ + bytes, kMostMadeUpBytes),
                     ""}};
}

std::string Builder::unique(std::set<std::string>& taken, const std::string& base) {
  std::string name = base;
  for (int64_t k = 2; !taken.insert(name).second; ++k) name = fmt::format("{}_{}", base, k);
  return name;
}

}  // namespace tilewright
