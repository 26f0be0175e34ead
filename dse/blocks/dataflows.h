// The dataflows worth a look: no dim could have more places of an axis than it has.
#pragma once

#include <vector>

#include "dse/space.h"
#include "dse/space/constraints.h"

namespace tilewright {

// Every choice of where INP, KER and partial sums may sit at the array.
std::vector<Places> all_places(const System& system, const Constraints& within = {});

// Of all ways to lay dims along the axes of the array that are allowed those to which no place can
// be added: more places on a dim never take longer, read more or need more room.
std::vector<Dataflow> fullest_dataflows(const Work& work, const System& system,
                                        const Constraints& within = {});

}  // namespace tilewright
