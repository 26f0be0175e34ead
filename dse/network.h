// A whole network, layer by layer: equal layers are searched once.
#pragma once

#include <functional>
#include <vector>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "dse/search.h"

namespace tilewright {

// Called after each layer, with how many are done, from one thread at a time.
using SearchProgress = std::function<void(size_t done, size_t total, const Work& work)>;

// For each layer the first that poses the same problem: layers that differ only in name, operator
// and tensors do, where the constraints say the same of them.
std::vector<size_t> first_alike(const std::vector<Work>& works,
                                const ConstraintFile* constraints = nullptr);

// One result per layer, in order; those that are alike share one search, and their seeds: mappings
// to start from, by name of the layer. Fails with the findings of
// every layer that has no legal mapping, and (Unsupported) of every layer whose best mapping the
// constraints do not allow.
Result<std::vector<SearchResult>> search_network(const std::vector<Work>& works,
                                                 const System& system,
                                                 const PrecisionInfo& precision,
                                                 const SearchOptions& options,
                                                 const SearchProgress& progress = {},
                                                 const std::vector<NamedMapping>& seeds = {});

}  // namespace tilewright
