// The dataflows worth a look: no dim could have more places of an axis than it has.
#pragma once

#include <vector>

#include "dse/space.h"
#include "dse/space/constraints.h"

namespace tilewright {

// Every choice of where INP, KER and partial sums may sit at the array.
std::vector<Places> all_places(const System& system, const Constraints& within = {});

// Dims of windows that have holes and may stream into the PEs: of these a step over one index more
// may bring a hole, and so more elements.
DimSet dims_with_holes(const Work& work, const System& system);

// Of all ways to lay dims along the axes of the array that are allowed those to which no place can
// be added but of such a dim: more places on others never take longer, load or read more or need
// more room.
std::vector<Dataflow> fullest_dataflows(const Work& work, const System& system,
                                        const Constraints& within = {});

}  // namespace tilewright
