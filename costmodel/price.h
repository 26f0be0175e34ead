// The price of one mapping of one layer: the cycle model's answer. README.md states it in full.
#pragma once

#include <map>
#include <string>

#include "compiler/mapping/loop_nest.h"
#include "costmodel/cost.h"
#include "costmodel/tile_grid.h"
#include "costmodel/unit_times.h"

namespace tilewright {

struct Price {
  Cost cost;
  Resource bottleneck = Resource::Array;  // that most cycles are charged to
};

// `dsc` must be legal.
Price price(const Work& work, const System& system, const PrecisionInfo& precision,
            const RapidDsc& dsc);

// The same from parts already derived (the search's way in).
Cost nest_cost(const Work& work, const UnitTimes& times, const RapidDsc& dsc, const LoopNest& nest);

// Bytes over the whole chip, edges and padding included.
struct Traffic {
  int64_t external = 0;                 // a piece fetched by several cores counts once
  int64_t array_in = 0, array_out = 0;  // summed over the cores
  int64_t into_lrf = 0, into_pe = 0;    // those of array-in that end in LRFs or PEs
  // Those of array-in and array-out that finish sums from several cores.
  int64_t finish_in = 0, finish_out = 0;
  int64_t ring = 0;       // sums that cores hand on, once per message
  int64_t ring_hops = 0;  // the same times the links that they pass
  int64_t lx_outer = 0;   // written to and read from Lx by external transfers, on every core
  int64_t past_lx = 0;    // of `external`: between external memory and the array
  int64_t added = 0;      // outputs that drains add to what was drained before
};
Traffic traffic(const Work& work, const System& system, const PrecisionInfo& precision,
                const RapidDsc& dsc);
// The same from parts already derived.
Traffic traffic(const Work& work, const UnitTimes& times, const RapidDsc& dsc, const LoopNest& nest,
                const TileGrid& grid);

// The links of the same, by name: "external" (a piece fetched by several cores counts once),
// "array_in" and "array_out" (summed over the cores), and where a reduction is divided over cores
// "ring" (what one core hands on to the next counts once, however far). Exact, edges and padding
// included.
std::map<std::string, int64_t> link_bytes(const Work& work, const System& system,
                                          const PrecisionInfo& precision, const RapidDsc& dsc);

// No mapping of the layer takes fewer cycles: the largest of MACs over the chip's peak, of what
// must cross each link once over its bandwidth, and of the functions of the SFUs. Equation [L1].
int64_t lower_bound_cycles(const Work& work, const System& system, const PrecisionInfo& precision);

}  // namespace tilewright
