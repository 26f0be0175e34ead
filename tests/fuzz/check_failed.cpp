// Takes the place of compiler/support/check.cpp: a failed check is a finding, which libFuzzer sees
// only when the process aborts.
#include <cstdlib>

#include "compiler/support/check.h"

namespace tilewright {

void check_failed(const char* file, int line, const char* condition, const std::string& message) {
  fmt::print(stderr, "{}:{}: check failed: {}: {}\n", file, line, condition, message);
  std::abort();
}

}  // namespace tilewright
