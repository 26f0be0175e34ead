// Bytes to protobuf messages, with errors that say what kind of file it is not.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <onnx/onnx_pb.h>

#include "compiler/support/result.h"

namespace tilewright {

// The whole content of a regular file.
class FileBytes {
 public:
  FileBytes() = default;
  FileBytes(std::unique_ptr<char[]> data, size_t size) : data_(std::move(data)), size_(size) {}
  std::string_view view() const { return {data_.get(), size_}; }

 private:
  std::unique_ptr<char[]> data_;
  size_t size_ = 0;
};

Result<FileBytes> read_model_file(const std::string& path);

// Fails on empty, truncated and foreign bytes; `where` is the file's name.
Result<onnx::ModelProto> parse_model(std::string_view bytes, const std::string& where);
Result<onnx::TensorProto> parse_tensor(std::string_view bytes, const std::string& where);

}  // namespace tilewright
