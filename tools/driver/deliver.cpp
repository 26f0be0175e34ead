#include "tools/driver/deliver.h"

#include "tools/driver/terminal.h"

namespace tilewright {

int deliver(OutputSet files, const ReportOptions& options, const std::string& text,
            const std::string& json, int status) {
  const bool to_stdout = options.json == "-";
  if (!options.json.empty() && !to_stdout) files.add(options.json, json);
  if (Result<void> written = files.commit(); !written) return report(written.error());
  if (Result<void> printed = print_result(to_stdout ? json : text); !printed)
    return report(printed.error());
  return status;
}

}  // namespace tilewright
