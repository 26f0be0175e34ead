// Fronts for people, and as part of a document.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tools/driver/fronts.h"
#include "tools/results/json.h"

namespace tilewright {

// One row per point, layer by layer.
std::string print_fronts(const LoadedModel& model, const Target& target,
                         const NetworkFronts& fronts);

// Adds criteria and pareto.
void add_fronts(Json& document, const Target& target, const NetworkFronts& fronts);

}  // namespace tilewright
