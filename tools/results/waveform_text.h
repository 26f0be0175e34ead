// Explanations of one mapping for people: the waveform in characters, and the cost as a tree of
// equations.
#pragma once

#include <string>

#include "costmodel/waveform.h"
#include "tools/driver/load.h"

namespace tilewright {

// One row per lane, `width` characters of equal time; a span shows its first letter, or what fits
// of its name.
std::string draw(const Waveform& waveform, int width);

// Each sum of the cost with the id of its equation in costmodel/README.md.
std::string cost_tree(const Work& work, const Target& target, const RapidDsc& dsc);

}  // namespace tilewright
