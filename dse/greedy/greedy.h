// A good mapping at once, without a proof: constructed by a few rules, then improved step by step.
// README.md says which.
#pragma once

#include "dse/outcome.h"
#include "dse/problem.h"
#include "dse/stop.h"

namespace tilewright {

struct GreedyLimits {
  int64_t most_effort = INT64_MAX;  // tile nests and mappings priced
  StopFlag stop;                    // raised: give up with what there is
};

// The better of `first`, a legal mapping, and of what the rules make. Nothing is random, and there
// is one thread.
Best greedy_mapping(const Problem& problem, const Best& first, const GreedyLimits& limits,
                    Counters& counters);

}  // namespace tilewright
