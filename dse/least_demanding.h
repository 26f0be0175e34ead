// The mappings within constraints that ask least of the memories: tiles and blocks as small as they
// may be.
#pragma once

#include <optional>

#include "compiler/mapping/rejection.h"
#include "dse/problem.h"

namespace tilewright {

struct LeastDemanding {
  std::optional<RapidDsc> legal;    // one of them that is
  std::optional<Rejection> broken;  // what the first one that is not breaks
};

// Of those that Problem::within allows. None of them legal does not show that no mapping is.
LeastDemanding least_demanding(const Problem& problem);

}  // namespace tilewright
