// The version of the tool, from CMakeLists.txt.
#pragma once

#include <string>

namespace tilewright {

std::string tool_version();

}  // namespace tilewright
