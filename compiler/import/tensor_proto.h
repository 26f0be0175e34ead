// ONNX TensorProto to Tensor: checks before anything is allocated, then decoding.
#pragma once

#include <optional>
#include <string>

#include <onnx/onnx_pb.h>

#include "compiler/ir/tensor.h"
#include "compiler/support/result.h"

namespace tilewright {

// No tensor may have more elements or axes than this: beyond it a model is taken for an attack.
inline constexpr int64_t kMostElements = int64_t{1} << 31;
inline constexpr size_t kMostAxes = 16;

// "float16", or "data type 99" for one that has no name.
std::string data_type_name(int32_t data_type);

// The type that values of an ONNX element type have in the graph; nothing for strings, complex
// numbers and types narrower than a byte.
std::optional<ElementType> element_type(int32_t data_type);

// What is wrong with the extents as the shape of a tensor, or "".
std::string problem_of_shape(const Shape& shape);

struct TensorHeader {
  ElementType type = ElementType::Float32;
  Shape shape;
};

// Type and shape, once they, the kind of storage and the byte count are known to be sound.
Result<TensorHeader> check_tensor(const onnx::TensorProto& proto, const std::string& where);

// The elements of a tensor that check_tensor accepted: floating-point types as Float32, integers as
// Int64, bool as Bool. Fails on values that do not fit.
Result<Tensor> decode_tensor(const onnx::TensorProto& proto, const TensorHeader& header,
                             const std::string& where);

}  // namespace tilewright
