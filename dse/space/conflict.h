// Constraints that leave a layer no mapping at all: which of them cannot hold together, and why.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/arch/system.h"
#include "compiler/support/result.h"
#include "dse/space/clause.h"

namespace tilewright {

// Clauses that leave the layer nothing together, none of which could be left out; none where the
// space has mappings under all of them, or had none before.
std::vector<ClauseAt> conflicting(const std::vector<ClauseAt>& clauses, const Work& work,
                                  const System& system);

// The same of a file, for people: the clauses with their lines, and the numbers that they meet.
std::optional<Diagnostic> conflict(const ConstraintFile& file, const Work& work,
                                   const System& system);

// Entries that name no layer of the network.
Diagnostics unknown_layers(const ConstraintFile& file, const std::vector<Work>& works);

}  // namespace tilewright
