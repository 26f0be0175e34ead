// Of mappings with one division, tile, block and layout of the array: the order in which they stand
// as values (operator<=> of RapidDsc), as one number. Either half of a mapping has its own bits.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "compiler/mapping/rapid_dsc.h"
#include "dse/space/hops.h"

namespace tilewright::exhaustive {

__extension__ using TieKey = unsigned __int128;

// Place of an order of loops among all orders of the same dims.
int64_t rank_of(std::span<const Dim> order);

// Of T loops, and the hops at External of operands (at most four); of the one that bypasses Lx
// nothing.
TieKey tile_key(std::span<const Dim> order, std::span<const HopChoice> hops,
                std::optional<size_t> past_lx);
// Of B loops of such a rank, and the hops at the array.
TieKey block_key(int64_t order_rank, const Section& section,
                 const std::array<TransferType, 3>& types);

}  // namespace tilewright::exhaustive
