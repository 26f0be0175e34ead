// The program that compile wrote, by its folder or its file.
#pragma once

#include <string>

#include "backend/isa/program.h"
#include "compiler/support/files.h"
#include "compiler/support/result.h"

namespace tilewright {

// PATH itself, or PATH/NAME where PATH is a folder.
std::string in_folder(const std::string& path, const std::string& name);

// Reads and verifies the container at PATH or PATH/program.pb.
Result<Program> read_program(const std::string& path);

}  // namespace tilewright
