// What must hold of every program that was read and verified, whoever wrote it.
#pragma once

#include "backend/isa/program.h"

namespace tilewright::fuzz {

// Reads back equal from its text and from its file; runs within small limits, or is refused.
void try_program(const Program& program);

}  // namespace tilewright::fuzz
