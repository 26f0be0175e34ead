// A mapping in a few words, for tables.
#pragma once

#include <string>

#include "compiler/arch/system.h"
#include "compiler/mapping/loop_nest.h"

namespace tilewright {

// "out/8 i/4": parts over the cores; "1 core" when nothing is divided.
std::string division_words(const RapidDsc& dsc);

// "i 14 out 64": the tile in Lx, dims that it cuts; "whole" when a core's share is one tile.
std::string tile_words(const RapidDsc& dsc, const LoopNest& nest);

// "in*8 | out*8*8*2": what lies on the array, the reduced dims first. "" off the array.
std::string array_words(const Work& work, const RapidDsc& dsc);

// The operand that the block loops move least often, "KER", "OUT" or "INP": the one that stays at
// the array while the others pass. "" off the array.
std::string stationary_operand(const LoopNest& nest);

// All of it: "cores out/8 i/4; tile i 14; array in*8 | out*64*2; KER stays".
std::string mapping_words(const Work& work, const RapidDsc& dsc, const LoopNest& nest);

}  // namespace tilewright
