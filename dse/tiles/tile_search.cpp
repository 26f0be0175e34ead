#include "dse/tiles/tile_search.h"

#include <algorithm>

#include "dse/cut_order.h"
#include "dse/room.h"

namespace tilewright {

TileSearch::TileSearch(const Problem& problem, const EnergyTables& energy, const Division& division,
                       size_t index)
    : problem_(problem), division_(division), index_(index), bounds_(problem, division) {
  if (problem.objective.counts_energy())
    energy_ = std::make_unique<EnergyBound>(problem, energy, division);
  for (Dim d : kCutOrder) {
    if (division.tiles[d].empty()) return;
    if (division.share[d] > 1) free_.push_back(d);
  }
  for (const Bypass past_lx : division.bypasses) {
    Open all{TileBox::all(division.tiles), past_lx, 0, 0, 0, {}};
    all.femtojoules = femtojoules(all.box);
    all.bound = value(bounds_.cycles(all.box, past_lx), all.femtojoules);
    open_.push_back(all);
  }
}

Measure TileSearch::least_open(Measure none) const {
  Measure least = none;
  for (const Open& open : open_) least = std::min<Measure>(least, open.bound);
  return least;
}

// Whether the box's smallest tile fits Lx.
bool TileSearch::fits(const Open& open) const {
  return least_lx_bytes(problem_, open.box.smallest(), open.past_lx) <=
         problem_.system.core.lx_bytes;
}

Measure TileSearch::below(const Open& open) const {
  return bar_->by_bytes() ? bar_->at(least_lx_bytes(problem_, open.box.smallest(), open.past_lx))
                          : bar_->any();
}

void TileSearch::put(const Open& open) {
  const Rule rule = open.level < free_.size() ? Rule::TripsBound : Rule::TileBound;
  if (open.bound >= below(open) && problem_.rules.has(rule)) {
    counters_->prune(rule);
    return;
  }
  (open.bound > limit_ ? open_ : stack_).push_back(open);
}

void TileSearch::bound_orders(Open& open, const TileBounds::ByInnermost& bounds, Measure most) {
  if (!order_bound_->set(open.box, open.past_lx)) return;
  if (open.orders.empty()) open.orders = order_bound_->all();
  // What the box takes in energy leaves room for fewer cycles than this.
  const int64_t below = energy_ ? problem_.objective.most_cycles(most - 1, open.femtojoules) + 1
                                : static_cast<int64_t>(std::min<Measure>(most, INT64_MAX));
  int64_t least = below;
  const auto gone = std::remove_if(open.orders.begin(), open.orders.end(), [&](TileOrder order) {
    const auto inner = static_cast<size_t>(order_bound_->innermost(order));
    if (bounds.loop[inner] >= below) return true;
    const int64_t cycles =
        std::max(bounds.loop[inner], order_bound_->cycles(order, bounds.slots[inner], below));
    least = std::min(least, cycles);
    return cycles >= below;
  });
  counters_->prune(Rule::WaveformBound, open.orders.end() - gone);
  open.orders.erase(gone, open.orders.end());
  open.bound = std::max(open.bound, value(least, open.femtojoules));
}

template <class Visit>
void TileSearch::cut(const Open& open, Visit&& visit) {
  ++cuts_;
  const auto part = [&](Open child) {
    if (problem_.rules.has(Rule::LxCapacity) && !fits(child)) {
      counters_->prune(Rule::LxCapacity);
      return;
    }
    const TileBounds::ByInnermost bounds = bounds_.by_innermost(child.box, child.past_lx);
    child.femtojoules = std::max(open.femtojoules, femtojoules(child.box));
    child.bound = std::max(open.bound, value(bounds.least, child.femtojoules));
    if (order_bound_ != nullptr && problem_.rules.has(Rule::WaveformBound) &&
        child.level == free_.size())
      if (const Measure most = below(child); child.bound < most) bound_orders(child, bounds, most);
    visit(child);
  };
  if (open.level < free_.size()) {
    const auto k = static_cast<size_t>(free_[open.level]);
    const int32_t lo = open.box.lo[k];
    const auto fewest =
        static_cast<int32_t>(Plateau::of(division_.share.values[k], open.box.hi[k]).lo);
    if (fewest > lo) {  // those of more tiles, together
      Open rest = open;
      rest.box.hi[k] = fewest - 1;
      part(rest);
    }
    Open child = open;
    ++child.level;
    child.box.lo[k] = std::max(lo, fewest);
    part(child);
    return;
  }
  // Halve the dim with the widest choice.
  const size_t k = widest(open.box.lo, open.box.hi);
  const int32_t mid = open.box.lo[k] + (open.box.hi[k] - open.box.lo[k]) / 2;
  for (const bool upper : {true, false}) {
    Open child = open;
    (upper ? child.box.lo : child.box.hi)[k] = upper ? mid + 1 : mid;
    part(child);
  }
}

void TileSearch::expand(const Open& open) {
  if (open.level == free_.size() && open.box.is_point())
    found_->push_back({open.bound, index_, open.box.lo, open.past_lx, choices(open)});
  else
    cut(open, [this](const Open& child) { put(child); });
}

std::vector<OrderChoice> TileSearch::choices(const Open& open) {
  std::vector<OrderChoice> choices;
  if (open.orders.empty() || !order_bound_->set(open.box, open.past_lx)) return choices;
  for (const TileOrder& order : open.orders) choices.push_back(order_bound_->choice(order));
  return choices;
}

std::optional<TileNode> TileSearch::dive(const Bar& bar, Counters& counters) {
  bar_ = &bar;
  counters_ = &counters;
  const auto first = std::min_element(
      open_.begin(), open_.end(), [](const Open& a, const Open& b) { return a.bound < b.bound; });
  if (first == open_.end()) return std::nullopt;
  OrderBound order_bound(problem_, division_, bounds_.unrolls());
  order_bound_ = &order_bound;
  std::optional<Open> at = *first;
  while (at && (at->level < free_.size() || !at->box.is_point())) {
    std::optional<Open> best;
    cut(*at, [&](const Open& child) {
      if (child.bound < below(child) && (!best || child.bound < best->bound)) best = child;
    });
    at = best;
  }
  std::optional<TileNode> node;
  if (at) node = TileNode{at->bound, index_, at->box.lo, at->past_lx, choices(*at)};
  order_bound_ = nullptr;
  return node;
}

bool TileSearch::find(Measure limit, const Bar& bar, StopFlag stop, std::vector<TileNode>& found,
                      Counters& counters) {
  limit_ = limit;
  bar_ = &bar;
  found_ = &found;
  counters_ = &counters;
  OrderBound order_bound(problem_, division_, bounds_.unrolls());
  order_bound_ = &order_bound;
  std::vector<Open> all;
  all.swap(open_);
  for (const Open& open : all) put(open);
  while (!stack_.empty()) {
    if (stop.raised()) {
      open_.insert(open_.end(), stack_.begin(), stack_.end());
      stack_.clear();
      order_bound_ = nullptr;
      return false;
    }
    const Open open = stack_.back();
    stack_.pop_back();
    expand(open);
  }
  order_bound_ = nullptr;
  return true;
}

}  // namespace tilewright
