// How the importer speaks about a model: quoting names, and the list of findings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "compiler/support/result.h"

namespace tilewright {

// The name with bytes that a terminal must not see escaped, shortened when very long.
std::string printable(std::string_view name);
// The same between apostrophes.
std::string quoted(std::string_view name);

// "'a', 'b' and 3 more": at most `most` names in full.
std::string quoted_list(const std::vector<std::string>& names, size_t most = 20);

bool is_utf8(std::string_view bytes);

// Thrown where a node (or tensor) cannot be lowered; caught before anything leaves this folder, so
// that the nodes after it are still checked.
struct ImportError {
  Diagnostic finding;
};

// Collects findings in order; from a limit on it only counts, so that a hostile model cannot
// produce an endless report.
class Findings {
 public:
  void add(Diagnostic finding);
  void bad(std::string where, std::string message, std::string hint = "") {
    add({ErrorCode::BadInput, std::move(where), std::move(message), std::move(hint)});
  }
  void unsupported(std::string where, std::string message, std::string hint = "") {
    add({ErrorCode::Unsupported, std::move(where), std::move(message), std::move(hint)});
  }
  bool empty() const { return findings_.empty(); }
  Diagnostics take();

 private:
  Diagnostics findings_;
  size_t omitted_ = 0;
};

}  // namespace tilewright
