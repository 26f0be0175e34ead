#include "compiler/import/tensor_proto.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "compiler/import/report.h"
#include "compiler/support/check.h"

namespace tilewright {

namespace {

using Proto = onnx::TensorProto;

struct DataType {
  int32_t id;
  const char* name;
  int64_t bytes;  // of one element in raw_data; 0: cannot be decoded
  ElementType type;
};

constexpr DataType kDataTypes[] = {
    {Proto::FLOAT, "float", 4, ElementType::Float32},
    {Proto::UINT8, "uint8", 1, ElementType::Int64},
    {Proto::INT8, "int8", 1, ElementType::Int64},
    {Proto::UINT16, "uint16", 2, ElementType::Int64},
    {Proto::INT16, "int16", 2, ElementType::Int64},
    {Proto::INT32, "int32", 4, ElementType::Int64},
    {Proto::INT64, "int64", 8, ElementType::Int64},
    {Proto::STRING, "string", 0, ElementType::Int64},
    {Proto::BOOL, "bool", 1, ElementType::Bool},
    {Proto::FLOAT16, "float16", 2, ElementType::Float32},
    {Proto::DOUBLE, "double", 8, ElementType::Float32},
    {Proto::UINT32, "uint32", 4, ElementType::Int64},
    {Proto::UINT64, "uint64", 8, ElementType::Int64},
    {Proto::COMPLEX64, "complex64", 0, ElementType::Float32},
    {Proto::COMPLEX128, "complex128", 0, ElementType::Float32},
    {Proto::BFLOAT16, "bfloat16", 2, ElementType::Float32},
};

const DataType* find_type(int32_t id) {
  for (const DataType& type : kDataTypes)
    if (type.id == id) return &type;
  return nullptr;
}

float float_of_bits(uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// IEEE binary16 to binary32, exactly.
float float_of_half(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 0x1Fu, fraction = half & 0x3FFu;
  if (exponent == 0x1F) return float_of_bits(sign | 0x7F800000u | (fraction << 13));
  if (exponent != 0) return float_of_bits(sign | ((exponent + 112) << 23) | (fraction << 13));
  const float magnitude = static_cast<float>(fraction) * (1.0f / (1 << 24));
  return sign != 0 ? -magnitude : magnitude;
}

float float_of_bfloat(uint16_t bits) { return float_of_bits(static_cast<uint32_t>(bits) << 16); }

template <class From, class To, class Convert>
std::vector<To> from_raw(const std::string& raw, Convert convert) {
  std::vector<To> out(raw.size() / sizeof(From));
  for (size_t i = 0; i < out.size(); ++i) {
    From element;
    std::memcpy(&element, raw.data() + i * sizeof(From), sizeof(From));
    out[i] = convert(element);
  }
  return out;
}

std::vector<float> raw_floats(const Proto& proto) {
  const std::string& raw = proto.raw_data();
  switch (proto.data_type()) {
    case Proto::FLOAT: {
      std::vector<float> out(raw.size() / sizeof(float));
      if (!out.empty()) std::memcpy(out.data(), raw.data(), out.size() * sizeof(float));
      return out;
    }
    case Proto::DOUBLE:
      return from_raw<double, float>(raw, [](double d) { return static_cast<float>(d); });
    case Proto::FLOAT16:
      return from_raw<uint16_t, float>(raw, float_of_half);
    case Proto::BFLOAT16:
      return from_raw<uint16_t, float>(raw, float_of_bfloat);
    default:
      TW_CHECK(false, "data type {}", proto.data_type());
  }
}

std::vector<float> field_floats(const Proto& proto) {
  switch (proto.data_type()) {
    case Proto::FLOAT:
      return {proto.float_data().begin(), proto.float_data().end()};
    case Proto::DOUBLE:
      return {proto.double_data().begin(), proto.double_data().end()};
    default:
      break;
  }
  std::vector<float> out;
  out.reserve(static_cast<size_t>(proto.int32_data_size()));
  const bool half = proto.data_type() == Proto::FLOAT16;
  for (int32_t bits : proto.int32_data()) {
    const auto low = static_cast<uint16_t>(bits);
    out.push_back(half ? float_of_half(low) : float_of_bfloat(low));
  }
  return out;
}

std::vector<int64_t> raw_ints(const Proto& proto) {
  const std::string& raw = proto.raw_data();
  const auto widen = [](auto value) { return static_cast<int64_t>(value); };
  switch (proto.data_type()) {
    case Proto::UINT8:
      return from_raw<uint8_t, int64_t>(raw, widen);
    case Proto::INT8:
      return from_raw<int8_t, int64_t>(raw, widen);
    case Proto::UINT16:
      return from_raw<uint16_t, int64_t>(raw, widen);
    case Proto::INT16:
      return from_raw<int16_t, int64_t>(raw, widen);
    case Proto::UINT32:
      return from_raw<uint32_t, int64_t>(raw, widen);
    case Proto::INT32:
      return from_raw<int32_t, int64_t>(raw, widen);
    case Proto::UINT64:
    case Proto::INT64:
      return from_raw<int64_t, int64_t>(raw, widen);
    case Proto::BOOL:
      return from_raw<uint8_t, int64_t>(raw, [](uint8_t b) { return int64_t{b != 0}; });
    default:
      TW_CHECK(false, "data type {}", proto.data_type());
  }
}

std::vector<int64_t> field_ints(const Proto& proto) {
  std::vector<int64_t> out;
  switch (proto.data_type()) {
    case Proto::INT64:
      out.assign(proto.int64_data().begin(), proto.int64_data().end());
      break;
    case Proto::UINT32:
    case Proto::UINT64:
      out.assign(proto.uint64_data().begin(), proto.uint64_data().end());
      break;
    default:
      out.assign(proto.int32_data().begin(), proto.int32_data().end());
      break;
  }
  if (proto.data_type() == Proto::BOOL)
    for (int64_t& value : out) value = value != 0 ? 1 : 0;
  return out;
}

// Elements that the typed field of this data type holds.
int64_t field_count(const Proto& proto) {
  switch (proto.data_type()) {
    case Proto::FLOAT:
      return proto.float_data_size();
    case Proto::DOUBLE:
      return proto.double_data_size();
    case Proto::INT64:
      return proto.int64_data_size();
    case Proto::UINT32:
    case Proto::UINT64:
      return proto.uint64_data_size();
    default:
      return proto.int32_data_size();
  }
}

const char* field_name(int32_t data_type) {
  switch (data_type) {
    case Proto::FLOAT:
      return "float_data";
    case Proto::DOUBLE:
      return "double_data";
    case Proto::INT64:
      return "int64_data";
    case Proto::UINT32:
    case Proto::UINT64:
      return "uint64_data";
    default:
      return "int32_data";
  }
}

// Smallest and largest value of an integer type, as far as int64 holds them.
std::pair<int64_t, int64_t> range_of(int32_t data_type) {
  switch (data_type) {
    case Proto::UINT8:
      return {0, UINT8_MAX};
    case Proto::INT8:
      return {INT8_MIN, INT8_MAX};
    case Proto::UINT16:
      return {0, UINT16_MAX};
    case Proto::INT16:
      return {INT16_MIN, INT16_MAX};
    case Proto::UINT32:
      return {0, UINT32_MAX};
    case Proto::INT32:
      return {INT32_MIN, INT32_MAX};
    case Proto::UINT64:
      return {0, INT64_MAX};  // larger ones turned negative in the conversion
    default:
      return {INT64_MIN, INT64_MAX};
  }
}

}  // namespace

std::string data_type_name(int32_t data_type) {
  const DataType* type = find_type(data_type);
  return type != nullptr ? type->name : fmt::format("data type {}", data_type);
}

std::optional<ElementType> element_type(int32_t data_type) {
  const DataType* type = find_type(data_type);
  if (type == nullptr || type->bytes == 0) return std::nullopt;
  return type->type;
}

std::string problem_of_shape(const Shape& shape) {
  if (shape.size() > kMostAxes)
    return fmt::format("it has {} axes, at most {} are supported", shape.size(), kMostAxes);
  for (size_t axis = 0; axis < shape.size(); ++axis)
    if (shape[axis] < 0) return fmt::format("axis {} of {} is negative", axis, print(shape));
  // Extents of 0 do not hide what the others multiply to: parts of the shape are multiplied too.
  Shape filled = shape;
  for (int64_t& extent : filled) extent = std::max<int64_t>(extent, 1);
  const auto count = element_count(filled);
  if (!count) return fmt::format("shape {} has more than 2^63 elements", print(shape));
  if (*count > kMostElements)
    return fmt::format("shape {} has {} elements, more than the limit of {}", print(shape), *count,
                       kMostElements);
  return "";
}

Result<TensorHeader> check_tensor(const Proto& proto, const std::string& where) {
  if (proto.data_type() == Proto::UNDEFINED) return bad_input(where, "the tensor has no data type");
  const DataType* type = find_type(proto.data_type());
  if (type == nullptr || type->bytes == 0)
    return unsupported(
        where, fmt::format("tensors of {} are not supported", data_type_name(proto.data_type())));
  TensorHeader header{type->type, {proto.dims().begin(), proto.dims().end()}};
  const std::string problem = problem_of_shape(header.shape);
  if (!problem.empty()) return bad_input(where, problem);
  if (proto.data_location() == Proto::EXTERNAL || proto.external_data_size() > 0)
    return unsupported(where, "the data is in another file, which is not supported yet",
                       "save the model with its weights inside");
  if (proto.has_segment()) return unsupported(where, "tensors in segments are not supported");
  const int64_t count = *element_count(header.shape);
  if (proto.has_raw_data()) {
    const auto held = static_cast<int64_t>(proto.raw_data().size());
    if (held != count * type->bytes)
      return bad_input(
          where, fmt::format("shape {} of {} takes {} bytes, raw_data has {}", print(header.shape),
                             type->name, count * type->bytes, held));
  } else if (field_count(proto) != count) {
    return bad_input(where, fmt::format("shape {} has {} elements, {} has {}", print(header.shape),
                                        count, field_name(proto.data_type()), field_count(proto)));
  }
  return header;
}

Result<Tensor> decode_tensor(const Proto& proto, const TensorHeader& header,
                             const std::string& where) {
  Tensor tensor{header.type, header.shape, {}, {}};
  if (header.type == ElementType::Float32) {
    tensor.floats = proto.has_raw_data() ? raw_floats(proto) : field_floats(proto);
    return tensor;
  }
  tensor.ints = proto.has_raw_data() ? raw_ints(proto) : field_ints(proto);
  if (header.type == ElementType::Bool) return tensor;
  const auto [low, high] = range_of(proto.data_type());
  for (size_t i = 0; i < tensor.ints.size(); ++i)
    if (tensor.ints[i] < low || tensor.ints[i] > high)
      return bad_input(where, proto.data_type() == Proto::UINT64
                                  ? fmt::format("element {} is above 2^63 - 1", i)
                                  : fmt::format("element {} is {}, outside {}", i, tensor.ints[i],
                                                data_type_name(proto.data_type())));
  return tensor;
}

}  // namespace tilewright
