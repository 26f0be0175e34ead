#include "tools/driver/terminal.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

namespace tilewright {

namespace {

bool colour_wanted() {
  const char* off = std::getenv("NO_COLOR");
  return (off == nullptr || *off == '\0') && isatty(STDERR_FILENO) != 0;
}

void to_stderr(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::string coloured(const Diagnostic& d) {
  std::string text = d.where.empty() ? "" : "\033[1m" + d.where + ":\033[0m ";
  text += "\033[1;31merror:\033[0m " + d.message + "\n";
  if (!d.hint.empty()) text += "  \033[36mhint:\033[0m " + d.hint + "\n";
  return text;
}

}  // namespace

int report(const Diagnostics& findings) {
  std::string text;
  if (colour_wanted())
    for (const Diagnostic& d : findings) text += coloured(d);
  else
    text = to_string(findings);
  to_stderr(text);
  return exit_status(findings);
}

void note(const std::string& text) { to_stderr("note: " + text + "\n"); }

Result<void> print_result(std::string_view text) {
  const bool whole = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (std::fflush(stdout) != 0 || !whole)
    return bad_input("stdout", std::string("cannot write: ") + std::strerror(errno));
  return {};
}

Progress::Progress() : on_terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (shown_) to_stderr("\r\033[K");
}

void Progress::show(size_t done, size_t all, const std::string& what) {
  if (!on_terminal_) return;
  constexpr size_t kMostBytes = 60;
  to_stderr(fmt::format("\r\033[K[{}/{}] {}", done, all, what.substr(0, kMostBytes)));
  shown_ = true;
}

}  // namespace tilewright
