#include "tools/cli/cli.h"

#include <cstdio>
#include <exception>
#include <new>

#include "tools/cli/exit_status.h"
#include "tools/cli/parser.h"

namespace tilewright {

int run_command_line(int argc, const char* const* argv) {
  try {
    const Parsed parsed = parse_command_line(argc, argv);
    return parsed.run ? (*parsed.run)() : parsed.status;
  } catch (const std::bad_alloc&) {
    std::fputs("error: out of memory\n", stderr);
    return kBadInput;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\nThis is a bug in tilewright.\n", error.what());
    return kOurBug;
  }
}

}  // namespace tilewright
