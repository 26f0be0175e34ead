// Assembler text of programs: assemble(disassemble(p)) == p for every program that verify() passes.
//
//   tilewright_program 1
//   precision "fp16"
//   format dlfloat16
//   external_bytes 4096
//   system
//     | name: one-core                        the YAML of the system, behind a margin
//   input "data" shape [1 3 8 8] address 0
//   constant address 384 bytes 4 {
//     00ff00ff                                hexadecimal
//   }
//   layer "conv1" semaphores 2 {
//     core size {out 64 in 3}                 one line per core: start {dim index}, size {dim
//     extent} ext {                                   one block per unit: ext, load, pe, sfu
//       nest (r2 step 32 trips 2) {
//         xfer load when (entering mask {r2}) outer (external base 384) inner (lx) axes [...]
//         signal s0
//       }
//     }
//   }
//
// A statement begins a line; it goes on within brackets, and where a line ends with a backslash.
// Fields are "name value"; one that holds its default may be missing (of a per-dim {...}, dims
// missing hold 0, of sizes and unroll 1); flags and enumerators stand alone. The table of
// backend/isa/fields.h names them all. '#' starts a comment.
#pragma once

#include <string>
#include <string_view>

#include "backend/isa/program.h"
#include "compiler/support/result.h"

namespace tilewright {

struct DisassembleOptions {
  bool constants = true;  // false: sizes only, for reading; assemble() refuses such a text
};

std::string disassemble(const Program& program, const DisassembleOptions& options = {});

// Every syntax error of the text, or else every finding of verify(), each at "WHERE:LINE:COLUMN".
Result<Program> assemble(std::string_view text, const std::string& where);

// One instruction as it stands in the text, without the braces of a nest: "wait s3".
std::string disassemble(const Instruction& instruction);

}  // namespace tilewright
