#include "tools/cli/version.h"

namespace tilewright {

std::string tool_version() { return TILEWRIGHT_VERSION; }

}  // namespace tilewright
