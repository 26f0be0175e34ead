// The end of every command: files, then what stdout gets.
#pragma once

#include <string>

#include "tools/cli/options.h"
#include "tools/driver/output_set.h"

namespace tilewright {

// Adds the JSON document to the files (or makes it the text, for "--json -"), writes all files,
// then prints. Returns `status`, or that of what went wrong.
int deliver(OutputSet files, const ReportOptions& options, const std::string& text,
            const std::string& json, int status);

}  // namespace tilewright
