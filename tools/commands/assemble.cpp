// asm and disasm: programs as text and back.
#include <filesystem>

#include <fmt/format.h>

#include "backend/asm/container.h"
#include "backend/asm/text.h"
#include "tools/cli/exit_status.h"
#include "tools/commands/commands.h"
#include "tools/driver/deliver.h"
#include "tools/driver/program_file.h"
#include "tools/driver/terminal.h"
#include "tools/results/numbers.h"

namespace tilewright {

int run_assemble(const TextOptions& options) {
  const Result<std::string> text = read_file(options.in);
  if (!text) return report(text.error());
  const Result<Program> program = assemble(*text, options.in);
  if (!program) return report(program.error());
  Result<std::string> bytes = serialize(*program);
  if (!bytes) return report(bytes.error());
  const std::string said =
      fmt::format("{}: {} layers, {} bytes\n", options.out, program->layers.size(),
                  grouped(static_cast<int64_t>(bytes->size())));
  OutputSet files;
  files.add(options.out, std::move(*bytes));
  return deliver(std::move(files), {}, said, "", kDone);
}

int run_disassemble(const TextOptions& options) {
  const Result<Program> program = read_program(options.in);
  if (!program) return report(program.error());
  const std::string text = disassemble(*program, {options.constants});
  OutputSet files;
  if (options.out.empty() || options.out == "-")
    return deliver(std::move(files), {}, text, "", kDone);
  files.add(options.out, text);
  return deliver(std::move(files), {}, "", "", kDone);
}

}  // namespace tilewright
