// What a layer would take on a machine with twice of one thing.
#pragma once

#include <string>
#include <vector>

#include "tools/driver/mapped_network.h"

namespace tilewright {

struct WhatIf {
  std::string doubled;  // "external bandwidth"
  int64_t cycles = 0;   // of the same mapping; 0 where it means nothing there (capacities, lanes)
  int64_t best = 0;     // of the best mapping for that machine
  bool proven = false;  // that it is the best
};

// For each bandwidth, capacity and the lanes; each asks the search anew.
Result<std::vector<WhatIf>> what_if(const MappedLayer& layer, const Target& target,
                                    const SearchFlags& flags);

}  // namespace tilewright
