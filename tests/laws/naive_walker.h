// The cycle model's page, written again in the simplest way: every tile step of every core and
// every block step is visited, one after the other. No kinds, no classes, no closed forms.
#pragma once

#include <cstdint>

#include "compiler/arch/system.h"
#include "compiler/mapping/rapid_dsc.h"

namespace tilewright::test {

// Cycles of one layer under a legal mapping, by the rules of costmodel/README.md.
int64_t walk_cycles(const Work& work, const System& system, const PrecisionInfo& precision,
                    const RapidDsc& dsc);

}  // namespace tilewright::test
