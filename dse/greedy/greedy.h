// A good mapping at once, without a proof: constructed by a few rules, then improved step by step.
// README.md says which.
#pragma once

#include "dse/outcome.h"
#include "dse/problem.h"

namespace tilewright {

// The better of `first`, a legal mapping, and of what the rules make. Not random, and on one
// thread.
Best greedy_mapping(const Problem& problem, const Best& first, Counters& counters);

}  // namespace tilewright
