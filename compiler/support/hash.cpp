#include "compiler/support/hash.h"

#include <array>
#include <fstream>

#include <fmt/format.h>

namespace tilewright {

namespace {

constexpr uint64_t kFnvStart = 0xcbf29ce484222325u, kFnvPrime = 0x100000001b3u;

uint64_t extend(uint64_t hash, std::string_view bytes) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * kFnvPrime;
  return hash;
}

std::string print(uint64_t hash) { return fmt::format("fnv1a64:{:016x}", hash); }

}  // namespace

std::string content_hash(std::string_view bytes) { return print(extend(kFnvStart, bytes)); }

Result<std::string> content_hash_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 1 << 16> buffer{};
  uint64_t hash = kFnvStart;
  while (file) {
    file.read(buffer.data(), buffer.size());
    hash = extend(hash, {buffer.data(), static_cast<size_t>(file.gcount())});
  }
  if (!file.eof()) return bad_input(path, "cannot read the file again for its hash");
  return print(hash);
}

}  // namespace tilewright
