// Reading the text of a YAML file that someone names on the command line.
#pragma once

#include <string>

#include "compiler/support/result.h"

namespace tilewright {

// The bytes of a file, pipe or device, at most kMostYamlBytes of them; else a finding at `path`.
Result<std::string> read_yaml_file(const std::string& path);

}  // namespace tilewright
