// Checks of our own invariants; a failed one is a bug of Tilewright, never the user's.
#pragma once

#include <fmt/format.h>

namespace tilewright {

// Prints "FILE:LINE: check failed: CONDITION: MESSAGE" on stderr and ends the process with
// status 70.
[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               const std::string& message);

}  // namespace tilewright

// TW_CHECK(condition, "format", arguments...)
#define TW_CHECK(condition, ...)                                                              \
  do {                                                                                        \
    if (!(condition))                                                                         \
      ::tilewright::check_failed(__FILE__, __LINE__, #condition, ::fmt::format(__VA_ARGS__)); \
  } while (false)
