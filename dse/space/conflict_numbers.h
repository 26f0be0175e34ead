// What the layer and the system have to say where constraints are in conflict. Not for users of the
// folder.
#pragma once

#include <string>
#include <vector>

#include "compiler/arch/system.h"
#include "dse/space/clause.h"

namespace tilewright {

// Sentences with numbers, about what the clauses speak of, for people.
std::vector<std::string> conflict_numbers(const std::vector<ClauseAt>& clauses, const Work& work,
                                          const System& system);

}  // namespace tilewright
