#include "tools/driver/program_file.h"

#include <filesystem>

#include "backend/asm/container.h"

namespace tilewright {

std::string in_folder(const std::string& path, const std::string& name) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored)
             ? (std::filesystem::path(path) / name).string()
             : path;
}

Result<Program> read_program(const std::string& path) {
  const std::string file = in_folder(path, "program.pb");
  const Result<std::string> bytes = read_file(file);
  if (!bytes) return fail(bytes.error());
  return parse_program(*bytes, file);
}

}  // namespace tilewright
