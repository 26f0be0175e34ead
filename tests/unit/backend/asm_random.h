// Seeded random programs that verify() passes.
#pragma once

#include <cstdint>

#include "backend/isa/program.h"

namespace tilewright::test {

Program random_program(uint64_t seed, const System& system);

}  // namespace tilewright::test
