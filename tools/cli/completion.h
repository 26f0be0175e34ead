// Completion scripts for shells, from the names of commands and options.
#pragma once

#include <string>
#include <vector>

namespace tilewright {

struct CommandNames {
  std::string name, summary;
  std::vector<std::string> options;  // "--system", "-o", ...
};

// "bash", "zsh" or "fish"; "" for any other shell.
std::string completion_script(const std::string& shell, const std::vector<CommandNames>& commands);

}  // namespace tilewright
