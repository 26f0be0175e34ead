// Program files: a protobuf message (program.proto) that holds the whole program and its system.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backend/isa/program.h"
#include "compiler/support/result.h"

namespace tilewright {

inline constexpr int64_t kMostFileBytes = (int64_t{1} << 31) - 1;  // protobuf's own limit
inline constexpr int64_t kMostProgramBytes = int64_t{64} << 20;    // of all but the constants

// The same bytes for the same program, always. Fails (Unsupported) when there would be more than
// `most_bytes` of them; before anything is copied when the constants alone are too large.
Result<std::string> serialize(const Program& program, int64_t most_bytes = kMostFileBytes);

// parse_program(serialize(p)) == p for every program that verify() passes. Anything else gives
// findings at "WHERE", or "WHERE: layer 3 'conv1': load 7 (xfer)": not a program file, damaged, of
// another version, with fields or enumerators that this version does not know, or unsound.
Result<Program> parse_program(std::string_view bytes, const std::string& where);

// Where program.proto and the table of backend/isa/fields.h differ; empty when they agree.
std::vector<std::string> schema_differences();

}  // namespace tilewright
