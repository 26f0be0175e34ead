// Bytes per link of a mapping, by enumerating every core, every tile, every block and every index:
// shares no code with the loop nest, the cost model or the emitter.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "compiler/arch/system.h"
#include "compiler/mapping/rapid_dsc.h"

namespace tilewright::test {

// Elements really touched; a mapping's transfers move just these unless a window leaves holes. Of
// elements that do not fill bytes, "external" counts a tile as one run.
std::map<std::string, int64_t> brute_force_bytes(const Work& work, const PrecisionInfo& precision,
                                                 const RapidDsc& dsc);

// Whether a tile or block may touch a window's indices with gaps, which a transfer does not skip.
bool may_have_holes(const Work& work, const RapidDsc& dsc);

}  // namespace tilewright::test
