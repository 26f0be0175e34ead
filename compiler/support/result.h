// Result<T>: a value, or the diagnostics that say why bad input has none.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace tilewright {

enum class ErrorCode {
  BadInput,     // exit status 2: malformed or inconsistent input
  Unsupported,  // exit status 3: well-formed, but outside what is built
};

// One finding. `where` is "file:line:column", or "model.onnx: node 'conv1' (Conv)".
struct Diagnostic {
  ErrorCode code = ErrorCode::BadInput;
  std::string where;
  std::string message;  // what is wrong, with the numbers
  std::string hint;     // what would mend it; may be empty

  bool operator==(const Diagnostic&) const = default;
};

// All findings of one input, in the order of the input; never empty inside a failed Result.
using Diagnostics = std::vector<Diagnostic>;

template <class T>
using Result = tl::expected<T, Diagnostics>;

inline tl::unexpected<Diagnostics> fail(Diagnostic one) {
  return tl::unexpected<Diagnostics>(Diagnostics{std::move(one)});
}
inline tl::unexpected<Diagnostics> fail(Diagnostics all) {
  return tl::unexpected<Diagnostics>(std::move(all));
}
inline tl::unexpected<Diagnostics> bad_input(std::string where, std::string message,
                                             std::string hint = "") {
  return fail(
      Diagnostic{ErrorCode::BadInput, std::move(where), std::move(message), std::move(hint)});
}
inline tl::unexpected<Diagnostics> unsupported(std::string where, std::string message,
                                               std::string hint = "") {
  return fail(
      Diagnostic{ErrorCode::Unsupported, std::move(where), std::move(message), std::move(hint)});
}

// "where: error: message\n  hint: ...\n" for each finding.
std::string to_string(const Diagnostics& findings);

// 3 when every finding is Unsupported, else 2.
int exit_status(const Diagnostics& findings);

}  // namespace tilewright
