#include "compiler/support/check.h"

#include <cstdio>
#include <cstdlib>

namespace tilewright {

void check_failed(const char* file, int line, const char* condition, const std::string& message) {
  fmt::print(stderr, "{}:{}: check failed: {}: {}\nThis is a bug in tilewright.\n", file, line,
             condition, message);
  std::fflush(stderr);
  std::_Exit(70);
}

}  // namespace tilewright
