// Random constraints, in the order in which a file states them.
#pragma once

#include "compiler/support/rng.h"
#include "dse/space/clause.h"

namespace tilewright::test {

// A few clauses, each of which leaves something by itself where it speaks of small numbers; `most`
// bounds these.
std::vector<ClauseAt> random_clauses(Rng& rng, int64_t most);

}  // namespace tilewright::test
