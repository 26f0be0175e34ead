// The declared space, dimension by dimension: which divisions, tiles, dataflows, blocks and orders
// there are. README.md states the same in words.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "compiler/arch/system.h"
#include "compiler/mapping/rapid_dsc.h"

namespace tilewright {

// Which of the spaces of README.md is searched.
enum class Reach : uint8_t { Balanced, Full };

// Dims of more than one index.
DimSet present_dims(const Work& work);

// Dims that T takes whole: ki and kj of Array layers, and one dim of each pair that shares an axis
// of an operand (the reduced one, if any).
DimSet whole_dims(const Work& work);

// D: parts over dims that are not reduced, product at most `cores`; in lexicographic order.
std::vector<Extents> divisions(const Work& work, int64_t cores);

// The distinct values of ceil(n / q), q = 1, 2, ...; from n down to 1.
std::vector<int64_t> balanced_tiles(int64_t n);

// B along one dim, from the whole tile down: multiples of the unrolling, balanced; ki, kj: all
// or 1.
std::vector<int64_t> block_extents(Dim dim, int64_t tile, int64_t unroll);

// Orders of T loops of several trips that keep partial sums in Lx: reduced dims innermost.
std::vector<std::vector<Dim>> tile_orders(const Work& work, DimSet several);

// Distinct orders of B loops of several trips: grp, then {mb i j}, {out}, {in ki kj} in any order.
std::vector<std::vector<Dim>> block_orders(DimSet several);

// Where operands sit at the array: INP, KER, and OUT's partial sums.
using Places = std::array<Place, 3>;

// The kinds of places that the system allows, in the order in which they are tried.
std::vector<Places> places(const System& system);

// F: what lies on the axes of the array, and where the operands sit.
struct Dataflow {
  ArrayWork p;
  Extents unroll = Extents::filled(1), pe_unroll = unroll;  // as in LoopNest
  Places inner{};
};
std::vector<Dataflow> dataflows(const Work& work, const System& system);

}  // namespace tilewright
