// What holds of every program that the simulator is given: the checks of programs that came from a
// file. The assembler and the container reader call verify(); nothing that passes it can make the
// simulator read out of an array, divide by zero or overflow 64 bits in an address.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "backend/isa/program.h"
#include "compiler/support/result.h"

namespace tilewright {

inline constexpr int64_t kMostInstructions = int64_t{1} << 20;  // of one program
inline constexpr int64_t kMostLayers = int64_t{1} << 16;
inline constexpr int64_t kMostExternalBytes = int64_t{1} << 36;  // that a program may use
inline constexpr int64_t kMostLocalCells = int64_t{1} << 28;     // of L0, LRF, accumulators each
inline constexpr size_t kMostFindings = 20;                      // further ones are not listed

// Where a finding is: an instruction, a layer (unit and instruction -1), the program (all -1).
struct ProgramPlace {
  int64_t layer = -1;
  int unit = -1;
  int64_t instruction = -1;
};
using NamePlace = std::function<std::string(const ProgramPlace&)>;

// Empty when the program is sound:
// * the system's numbers are usable, the precision is one of its, and the format computes it;
// * tensors and constants lie within external_bytes, and that within the system's memory;
// * no layer has more slices than the chip has cores; sizes, and all products of them, fit 64 bits;
// * every number is within the table of fields.h, every enumerator is one;
// * nests are balanced, have registers of one stage, and no register is in two open nests;
// * each stream holds only its unit's opcodes, between memories that the unit reaches;
// * semaphores are below the layer's number; buffers lie within their memory; masks have one stage;
// * expressions read what exists, and operands that a step does not use hold their default.
// What depends on the run (a deadlock, an address outside its buffer) is the simulator's to report.
Diagnostics verify(const Program& program, const NamePlace& where);
// Places read "WHERE: layer 3 'conv1': load 7 (xfer)".
Diagnostics verify(const Program& program, const std::string& where = "program");

}  // namespace tilewright
