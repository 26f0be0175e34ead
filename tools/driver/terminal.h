// stdout, stderr, and what a person at a terminal sees.
#pragma once

#include <string>
#include <string_view>

#include "compiler/support/result.h"

namespace tilewright {

// Findings on stderr, in colour on a terminal (unless NO_COLOR is set); returns their exit status.
int report(const Diagnostics& findings);

// A remark on stderr: "note: TEXT".
void note(const std::string& text);

// The result of a command; fails when stdout cannot take it all.
Result<void> print_result(std::string_view text);

// "[3/54] layer4.conv2" on stderr, each over the last; nothing unless stderr is a terminal.
class Progress {
 public:
  Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();
  void show(size_t done, size_t all, const std::string& what);

 private:
  bool on_terminal_;
  bool shown_ = false;
};

}  // namespace tilewright
