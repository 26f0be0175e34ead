#include "compiler/import/tensor_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "compiler/import/parse.h"
#include "compiler/import/tensor_proto.h"
#include "compiler/support/check.h"

namespace tilewright {

Result<NamedTensor> tensor_from_bytes(std::string_view bytes, const std::string& where) {
  const Result<onnx::TensorProto> proto = parse_tensor(bytes, where);
  if (!proto) return fail(proto.error());
  const Result<TensorHeader> header = check_tensor(*proto, where);
  if (!header) return fail(header.error());
  Result<Tensor> tensor = decode_tensor(*proto, *header, where);
  if (!tensor) return fail(tensor.error());
  return NamedTensor{proto->name(), *std::move(tensor)};
}

Result<NamedTensor> read_tensor_file(const std::string& path) {
  const Result<FileBytes> bytes = read_model_file(path);
  if (!bytes) return fail(bytes.error());
  return tensor_from_bytes(bytes->view(), path);
}

std::string tensor_to_bytes(const Tensor& tensor, const std::string& name) {
  onnx::TensorProto proto;
  proto.set_name(name);
  for (int64_t extent : tensor.shape) proto.add_dims(extent);
  std::string& raw = *proto.mutable_raw_data();
  switch (tensor.type) {
    case ElementType::Float32:
      proto.set_data_type(onnx::TensorProto::FLOAT);
      raw.assign(reinterpret_cast<const char*>(tensor.floats.data()),
                 tensor.floats.size() * sizeof(float));
      break;
    case ElementType::Int64:
      proto.set_data_type(onnx::TensorProto::INT64);
      raw.assign(reinterpret_cast<const char*>(tensor.ints.data()),
                 tensor.ints.size() * sizeof(int64_t));
      break;
    case ElementType::Bool:
      proto.set_data_type(onnx::TensorProto::BOOL);
      for (int64_t value : tensor.ints) raw.push_back(value != 0 ? 1 : 0);
      break;
  }
  return proto.SerializeAsString();
}

Result<void> write_tensor_file(const std::string& path, const Tensor& tensor,
                               const std::string& name) {
  const std::string bytes = tensor_to_bytes(tensor, name);
  const std::string unfinished = path + ".tmp";
  std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file && std::rename(unfinished.c_str(), path.c_str()) == 0) return {};
  const std::string reason = std::strerror(errno);
  std::remove(unfinished.c_str());
  return bad_input(path, fmt::format("cannot write: {}", reason));
}

}  // namespace tilewright
