// The fronts of a network's layers: of each all mappings between which a choice is a matter of
// taste.
#pragma once

#include <vector>

#include "dse/pareto/pareto.h"
#include "tools/driver/mapped_network.h"

namespace tilewright {

struct LayerFront {
  Work work;
  ParetoResult front;
  bool within_constraints = false;  // that speak of this layer
};

struct NetworkFronts {
  CriterionSet criteria;
  std::vector<LayerFront> layers;
  bool complete() const;
};

// What --pareto names. Fails (BadInput) where that is less than two different ones, or where other
// options have no meaning beside it.
Result<CriterionSet> criteria_of(const SearchFlags& flags);

Result<NetworkFronts> search_fronts(const std::vector<Work>& works, const Target& target,
                                    const SearchFlags& flags, const ConstraintFile* constraints);

// The points of all layers as plans, by rank; layers with fewer are left out.
std::vector<Plan> plans_of(const LoadedModel& model, const Target& target,
                           const NetworkFronts& fronts);

}  // namespace tilewright
