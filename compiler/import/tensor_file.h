// Tensors in files: the `.pb` files of ONNX's test data, one TensorProto each.
#pragma once

#include <string>
#include <string_view>

#include "compiler/ir/tensor.h"
#include "compiler/support/result.h"

namespace tilewright {

// A tensor and the name that its file gives it (may be empty).
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

Result<NamedTensor> read_tensor_file(const std::string& path);
Result<NamedTensor> tensor_from_bytes(std::string_view bytes, const std::string& where);

// Writes float, int64 or bool data; the file appears whole or not at all.
Result<void> write_tensor_file(const std::string& path, const Tensor& tensor,
                               const std::string& name = "");
std::string tensor_to_bytes(const Tensor& tensor, const std::string& name = "");

}  // namespace tilewright
