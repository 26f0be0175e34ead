// The tiles of one division by rising bound: boxes are cut until a bound closes them, or one tile
// is left.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "dse/bar.h"
#include "dse/counters.h"
#include "dse/stop.h"
#include "dse/tiles/energy_bound.h"
#include "dse/tiles/order_bound.h"

namespace tilewright {

struct TileNode {
  Measure bound = 0;  // no mapping with this division and tile takes less
  size_t division = 0;
  std::array<int32_t, kDimCount> tile{};
  Bypass past_lx;
  // What is left of the orders of its loops; empty: nothing was closed.
  std::vector<OrderChoice> orders;

  Extents extents() const {
    Extents t;
    for (size_t k = 0; k < kDimCount; ++k) t.values[k] = tile[k];
    return t;
  }
};

class TileSearch {
 public:
  TileSearch(const Problem& problem, const EnergyTables& energy, const Division& division,
             size_t index);

  // Adds the tiles with bounds up to `limit` that no earlier call found; what is bound from the bar
  // on is closed for good. False: `stop` was raised.
  bool find(Measure limit, const Bar& bar, StopFlag stop, std::vector<TileNode>& found,
            Counters& counters);
  // A promising tile: from the open box of least bound, in each cut the part of least bound; none
  // where that leads to nothing below the bar. Takes nothing away.
  std::optional<TileNode> dive(const Bar& bar, Counters& counters);
  // Boxes cut so far.
  int64_t cuts() const { return cuts_; }
  // No tile left has a lower bound; `none` where none is left.
  Measure least_open(Measure none) const;

 private:
  struct Open {
    TileBox box;
    Bypass past_lx;
    uint8_t level = 0;  // dims of free_ whose number of tiles is decided
    Measure bound = 0;
    int64_t femtojoules = 0;  // at least
    // Once all numbers of tiles are decided: those left; empty: not looked at.
    std::vector<TileOrder> orders;
  };
  // Raises the bound to that of the best order left.
  void bound_orders(Open& open, const TileBounds::ByInnermost& bounds, Measure most);
  // The bar of the box's mappings.
  Measure below(const Open& open) const;
  std::vector<OrderChoice> choices(const Open& open);
  // Calls visit(child) for each part of a box that is cut further.
  template <class Visit>
  void cut(const Open& open, Visit&& visit);
  void expand(const Open& open);
  void put(const Open& open);
  bool fits(const Open& open) const;
  // Of bounds, which may say that there is nothing: more cycles than any layer takes.
  Measure value(int64_t cycles, int64_t femtojoules) const {
    if (!energy_) return cycles;
    return problem_.value(std::min(cycles, static_cast<int64_t>(Objective::kCycles)), femtojoules);
  }
  int64_t femtojoules(const TileBox& box) { return energy_ ? energy_->least(box) : 0; }

  const Problem& problem_;
  const Division& division_;
  size_t index_;
  TileBounds bounds_;
  std::unique_ptr<EnergyBound> energy_;  // where the goal counts it
  std::vector<Dim> free_;                // dims with a choice
  std::vector<Open> open_;               // left for later
  std::vector<Open> stack_;

  Measure limit_ = 0;
  int64_t cuts_ = 0;
  const Bar* bar_ = nullptr;
  OrderBound* order_bound_ = nullptr;
  std::vector<TileNode>* found_ = nullptr;
  Counters* counters_ = nullptr;
};

}  // namespace tilewright
