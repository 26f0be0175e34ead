#include "compiler/import/parse.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tilewright {

namespace {

// Reads protobuf's wire format at the top level only, to tell a truncated message from other data.
class WireScan {
 public:
  explicit WireScan(std::string_view bytes) : bytes_(bytes) {}

  // "" when the top level is whole; else what stands in the way, and where.
  std::string problem() {
    while (at_ < bytes_.size()) {
      const size_t field_at = at_;
      const auto tag = varint();
      if (!tag) return truncated(field_at);
      const uint64_t field = *tag >> 3;
      if (field == 0 || field > 536870911u) return foreign(field_at);
      const std::string found = skip(static_cast<int>(*tag & 7u), field, field_at);
      if (!found.empty()) return found;
    }
    return "";
  }

 private:
  std::string skip(int wire_type, uint64_t field, size_t field_at) {
    const size_t left = bytes_.size() - at_;
    switch (wire_type) {
      case 0:
        return varint() ? "" : truncated(field_at);
      case 1:
        return take(8) ? "" : truncated(field_at);
      case 5:
        return take(4) ? "" : truncated(field_at);
      case 2: {
        const auto length = varint();
        if (!length) return truncated(field_at);
        if (take(*length)) return "";
        if (field > 100) return foreign(field_at);
        return fmt::format(
            "the file is truncated: field {} at byte {} announces {} bytes, {} are left", field,
            field_at, *length, bytes_.size() - at_);
      }
      default:
        return left == 0 ? truncated(field_at) : foreign(field_at);
    }
  }

  std::optional<uint64_t> varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 70 && at_ < bytes_.size(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      if (shift < 64) value |= static_cast<uint64_t>(byte & 0x7Fu) << shift;
      if (byte < 0x80) return value;
    }
    return std::nullopt;
  }
  bool take(uint64_t count) {
    if (count > bytes_.size() - at_) return false;
    at_ += static_cast<size_t>(count);
    return true;
  }
  static std::string truncated(size_t at) {
    return fmt::format("the file is truncated: it ends inside the field at byte {}", at);
  }
  static std::string foreign(size_t at) {
    return fmt::format("not an ONNX file: byte {} starts no protobuf field", at);
  }

  std::string_view bytes_;
  size_t at_ = 0;
};

template <class Message>
Result<Message> parse(std::string_view bytes, const std::string& where, const char* what) {
  if (bytes.empty()) return bad_input(where, "the file is empty");
  if (bytes.size() > static_cast<size_t>(INT_MAX))
    return bad_input(where, fmt::format("the file has {} bytes, protobuf reads at most {}",
                                        bytes.size(), INT_MAX));
  const std::string problem = WireScan(bytes).problem();
  if (!problem.empty()) return bad_input(where, problem);
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return bad_input(where, fmt::format("not an ONNX {}: its fields cannot be parsed", what));
  return message;
}

}  // namespace

Result<FileBytes> read_model_file(const std::string& path) {
  const auto failed = [&](const char* verb) {
    return bad_input(path, fmt::format("cannot {}: {}", verb, std::strerror(errno)));
  };
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return failed("open");
  struct Closer {
    int file;
    ~Closer() { close(file); }
  } closer{file};
  struct stat status {};
  if (fstat(file, &status) != 0) return failed("read");
  if (!S_ISREG(status.st_mode)) return bad_input(path, "not a regular file");
  const auto size = static_cast<size_t>(status.st_size);
  std::unique_ptr<char[]> data(new char[size]);
  size_t got = 0;
  while (got < size) {
    const ssize_t step = read(file, data.get() + got, size - got);
    if (step < 0 && errno == EINTR) continue;
    if (step < 0) return failed("read");
    if (step == 0) break;
    got += static_cast<size_t>(step);
  }
  return FileBytes(std::move(data), got);
}

Result<onnx::ModelProto> parse_model(std::string_view bytes, const std::string& where) {
  Result<onnx::ModelProto> model = parse<onnx::ModelProto>(bytes, where, "model");
  if (model && !model->has_graph()) return bad_input(where, "not an ONNX model: it has no graph");
  return model;
}

Result<onnx::TensorProto> parse_tensor(std::string_view bytes, const std::string& where) {
  return parse<onnx::TensorProto>(bytes, where, "tensor");
}

}  // namespace tilewright
