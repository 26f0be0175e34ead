#include "compiler/support/result.h"

#include <algorithm>

namespace tilewright {

std::string to_string(const Diagnostics& findings) {
  std::string text;
  for (const Diagnostic& d : findings) {
    text += d.where + (d.where.empty() ? "" : ": ") + "error: " + d.message + "\n";
    if (!d.hint.empty()) text += "  hint: " + d.hint + "\n";
  }
  return text;
}

int exit_status(const Diagnostics& findings) {
  const bool only_unsupported =
      std::all_of(findings.begin(), findings.end(),
                  [](const Diagnostic& d) { return d.code == ErrorCode::Unsupported; });
  return only_unsupported ? 3 : 2;
}

}  // namespace tilewright
