// The best mapping of one division and tile, and one choice of what bypasses Lx.
#pragma once

#include <optional>

#include "dse/blocks/table.h"
#include "dse/outcome.h"
#include "dse/stop.h"
#include "dse/tiles/energy_bound.h"
#include "dse/tiles/programs.h"

namespace tilewright {

// What a search of a leaf is held to.
struct LeafLimits {
  Measure below = 0;                    // only a mapping of a lower value is of use
  std::span<const OrderChoice> orders;  // of T; none: all
  StopFlag stop;                        // raised: give up with what there is
  int64_t room = INT64_MAX;             // bytes of Lx, at most
};

struct LeafResult {
  std::optional<Best> best;  // the cheapest mapping below the limit that was met
  bool finished = true;      // the stop flag did not end the search
};

LeafResult search_leaf(const Problem& problem, const BlockTable& table, const EnergyTables& energy,
                       const Division& division, const Extents& tile, Bypass past_lx,
                       const LeafLimits& limits, Counters& counters);

}  // namespace tilewright
