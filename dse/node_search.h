// The best mapping of one (D, T).
#pragma once

#include <optional>

#include "dse/block_search.h"
#include "dse/tile_programs.h"
#include "dse/tile_search.h"

namespace tilewright {

struct Found {
  int64_t cycles = 0;
  MappingChoice choice;
};

// The cheapest mapping of the node that takes fewer than `below` cycles; nothing if there is none.
// `most_candidates` > 0: the first few block candidates only (no proof then).
std::optional<Found> search_node(const Problem& problem, const Division& division,
                                 const Extents& tile, int64_t below, int64_t most_candidates,
                                 Counters& counters);

}  // namespace tilewright
