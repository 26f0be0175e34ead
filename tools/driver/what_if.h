// What a layer would take on a machine with twice of one thing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/driver/mapped_network.h"

namespace tilewright {

struct WhatIf {
  std::string doubled;  // "external bandwidth"
  // The same mapping there, where that means something (of bandwidths).
  std::optional<MappedLayer> same;
  MappedLayer best;  // the best mapping for that machine
};

// For each bandwidth, capacity and the lanes; each asks the search anew.
Result<std::vector<WhatIf>> what_if(const MappedLayer& layer, const Target& target,
                                    const SearchFlags& flags);

}  // namespace tilewright
