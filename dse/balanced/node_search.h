// The best mapping of one (D, T).
#pragma once

#include <optional>

#include "dse/balanced/block_energy.h"
#include "dse/balanced/block_search.h"
#include "dse/balanced/tile_energy.h"
#include "dse/balanced/tile_programs.h"
#include "dse/stop.h"

namespace tilewright::balanced {

struct Found {
  Measure value = 0;
  MappingChoice choice;
};

// What a search of a node is held to.
struct NodeLimits {
  Measure below = 0;            // only a mapping of a lower value is of use
  int64_t most_candidates = 0;  // > 0: the first few block candidates only (no proof then)
  StopFlag stop;                // raised: give up with what there is
};

struct NodeResult {
  std::optional<Found> best;  // the cheapest mapping below the limit that was met
  bool finished = true;       // the stop flag did not end the search
};

NodeResult search_node(const Problem& problem, const Division& division, const Extents& tile,
                       const NodeLimits& limits, Counters& counters);

}  // namespace tilewright::balanced
