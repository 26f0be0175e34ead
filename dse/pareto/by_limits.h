// Fronts by searches for one best mapping each, under limits on the rest.
#pragma once

#include "dse/counters.h"
#include "dse/pareto/pareto.h"

namespace tilewright {

struct ParetoDraft {
  std::vector<RapidDsc> found;  // all of the front, and some that are not of it
  bool complete = true;
  Counters counters;
};

// Of the balanced space, which must hold a legal mapping.
ParetoDraft front_by_limits(const Work& work, const System& system, const PrecisionInfo& precision,
                            const SearchOptions& options, CriterionSet criteria);

}  // namespace tilewright
