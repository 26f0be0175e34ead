// All legal mappings of one division and tile, each priced: every program with every block.
#pragma once

#include <optional>

#include "dse/exhaustive/layouts.h"
#include "dse/exhaustive/loop_orders.h"
#include "dse/exhaustive/programs.h"
#include "dse/outcome.h"

namespace tilewright::exhaustive {

// What all divisions and tiles share.
struct Tables {
  Tables(const Problem& problem_in, const Constraints& constraints_in, size_t steps_at_once_in);

  const Problem& problem;
  const Constraints& constraints;
  LoopTables loops;
  Layouts layouts;
  LoopOrders block_orders;
  size_t steps_at_once;  // of programs, that are made before they meet blocks
};

struct PricingLimits {
  int64_t below = 0;            // of more cycles no mapping is of use,
  bool as_good = false;         // and of as many only if this says so
  int64_t max_evaluations = 0;  // of the counters' effort
  StopFlag stop;
};

struct TileResult {
  std::optional<Best> best;  // of those that are of use, by cycles, then as values
  bool finished = true;      // neither the stop flag nor max_evaluations ended it
};

TileResult price_tile(Tables& tables, const CoreDivision& cores, const Extents& tile,
                      const PricingLimits& limits, Counters& counters);

}  // namespace tilewright::exhaustive
