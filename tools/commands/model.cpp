// model: a network that ships, as an ONNX file.
#include <fmt/format.h>

#include "models/networks/networks.h"
#include "tools/cli/exit_status.h"
#include "tools/commands/commands.h"
#include "tools/driver/deliver.h"
#include "tools/driver/terminal.h"
#include "tools/results/numbers.h"

namespace tilewright {

int run_model(const NetworkFileOptions& options) {
  Result<std::string> bytes = build_network(
      options.name, {options.batch, options.seed, !options.shapes_only, options.sequence});
  if (!bytes) return report(bytes.error());
  if (options.out == "-") {
    const Result<void> printed = print_result(*bytes);
    return printed ? kDone : report(printed.error());
  }
  const std::string text =
      fmt::format("{}: {}, {} bytes, {}\n", options.out, options.name,
                  grouped(static_cast<int64_t>(bytes->size())),
                  options.shapes_only ? std::string("shapes only")
                                      : fmt::format("random weights of seed {}", options.seed));
  OutputSet files;
  files.add(options.out, std::move(*bytes));
  return deliver(std::move(files), {}, text, "", kDone);
}

}  // namespace tilewright
