// A short name for the bytes of an input, so that a result says what it was computed from.
#pragma once

#include <string>
#include <string_view>

#include "compiler/support/result.h"

namespace tilewright {

// "fnv1a64:0123456789abcdef"
std::string content_hash(std::string_view bytes);
Result<std::string> content_hash_of_file(const std::string& path);

}  // namespace tilewright
