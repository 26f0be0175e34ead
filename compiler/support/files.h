// Whole files in and out.
#pragma once

#include <string>
#include <string_view>

#include "compiler/support/result.h"

namespace tilewright {

// Every byte of the file (a pipe or device is read to its end).
Result<std::string> read_file(const std::string& path);

// The file holds `bytes` afterwards, or is as it was before: they go to a temporary file in the
// same folder, which then takes the name; nothing is left behind on failure. A symbolic link is
// followed; what is neither file nor missing (a pipe, /dev/stdout) is written directly.
Result<void> write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace tilewright
