// The words of the command line to the one command they ask for.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/cli/completion.h"

namespace tilewright {

// A command with its options filled in; returns the exit status.
using Invocation = std::function<int()>;

struct Parsed {
  std::optional<Invocation>
      run;  // nothing: `status` is the answer (help was shown, or usage is wrong)
  int status = 0;
};

Parsed parse_command_line(int argc, const char* const* argv);

}  // namespace tilewright
