#include "compiler/support/yaml_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "compiler/support/yaml.h"

namespace tilewright {

Result<std::string> read_yaml_file(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return bad_input(path, "this is a folder, not a file");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return bad_input(path, fmt::format("cannot open: {}", std::strerror(errno)));
  std::string text;
  char buffer[1 << 16];
  while (file.read(buffer, sizeof buffer) || file.gcount() > 0) {
    text.append(buffer, static_cast<size_t>(file.gcount()));
    if (text.size() > static_cast<size_t>(kMostYamlBytes)) {
      return bad_input(
          path, fmt::format("the file has more than the {} bytes that are read", kMostYamlBytes));
    }
  }
  if (file.bad()) return bad_input(path, fmt::format("cannot read: {}", std::strerror(errno)));
  return text;
}

}  // namespace tilewright
