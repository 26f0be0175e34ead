// The command line: parses, runs one command, and turns every outcome into an exit status.
#pragma once

namespace tilewright {

// Results go to stdout, everything else to stderr. Returns the process's exit status.
int run_command_line(int argc, const char* const* argv);

}  // namespace tilewright
