#include "dse/tiles/tile_search.h"

#include <algorithm>

#include "dse/room.h"

namespace tilewright {

TileSearch::TileSearch(const Problem& problem, const Division& division, size_t index)
    : problem_(problem), division_(division), index_(index), bounds_(problem, division) {
  // Windows first, whole or not; then dims of much external traffic: their trips decide soonest.
  for (Dim d : {Dim::ki, Dim::kj, Dim::in, Dim::out, Dim::grp, Dim::mb, Dim::i, Dim::j})
    if (division.share[d] > 1) free_.push_back(d);
  Open all{TileBox::all(division.share), 0, 0};
  all.bound = bounds_.cycles(all.box);
  open_.push_back(all);
}

Measure TileSearch::least_open(Measure none) const {
  Measure least = none;
  for (const Open& open : open_) least = std::min<Measure>(least, open.bound);
  return least;
}

// Whether the box's smallest tile fits Lx.
bool TileSearch::fits(const TileBox& box) const {
  return lx_bytes(problem_, box.smallest(), 0, problem_.precision.bits) <=
         problem_.system.core.lx_bytes;
}

void TileSearch::put(const Open& open) {
  if (open.bound >= below_) {
    counters_->prune(open.level < free_.size() ? Rule::TripsBound : Rule::TileBound);
    return;
  }
  (open.bound > limit_ ? open_ : stack_).push_back(open);
}

template <class Visit>
void TileSearch::cut(const Open& open, Visit&& visit) {
  const auto part = [&](Open child) {
    if (!fits(child.box)) {
      counters_->prune(Rule::LxCapacity);
      return;
    }
    child.bound = std::max(open.bound, bounds_.cycles(child.box));
    visit(child);
  };
  if (open.level < free_.size()) {
    const auto k = static_cast<size_t>(free_[open.level]);
    for (Plateau p = Plateau::whole(division_.share.values[k]);; p = p.next()) {
      Open child = open;
      ++child.level;
      child.box.lo[k] = static_cast<int32_t>(p.lo);
      child.box.hi[k] = static_cast<int32_t>(p.hi);
      part(child);
      if (p.is_last()) break;
    }
    return;
  }
  // Halve the dim with the widest choice.
  size_t widest = 0;
  for (size_t k = 1; k < kDimCount; ++k)
    if (open.box.hi[k] - open.box.lo[k] > open.box.hi[widest] - open.box.lo[widest]) widest = k;
  const int32_t mid = open.box.lo[widest] + (open.box.hi[widest] - open.box.lo[widest]) / 2;
  for (const bool upper : {true, false}) {
    Open child = open;
    (upper ? child.box.lo : child.box.hi)[widest] = upper ? mid + 1 : mid;
    part(child);
  }
}

void TileSearch::expand(const Open& open) {
  if (open.level == free_.size() && open.box.is_point())
    found_->push_back({open.bound, index_, open.box.lo});
  else
    cut(open, [this](const Open& child) { put(child); });
}

std::optional<TileNode> TileSearch::dive(Counters& counters) {
  counters_ = &counters;
  if (open_.size() != 1) return std::nullopt;
  Open open = open_.front();
  while (open.level < free_.size() || !open.box.is_point()) {
    std::optional<Open> best;
    cut(open, [&](const Open& child) {
      if (!best || child.bound < best->bound) best = child;
    });
    if (!best) return std::nullopt;
    open = *best;
  }
  return TileNode{open.bound, index_, open.box.lo};
}

bool TileSearch::find(Measure limit, Measure below, StopFlag stop, std::vector<TileNode>& found,
                      Counters& counters) {
  limit_ = static_cast<int64_t>(std::min<Measure>(limit, INT64_MAX));
  below_ = static_cast<int64_t>(std::min<Measure>(below, INT64_MAX));
  found_ = &found;
  counters_ = &counters;
  std::vector<Open> all;
  all.swap(open_);
  for (const Open& open : all) put(open);
  while (!stack_.empty()) {
    if (stop.raised()) {
      open_.insert(open_.end(), stack_.begin(), stack_.end());
      stack_.clear();
      return false;
    }
    const Open open = stack_.back();
    stack_.pop_back();
    expand(open);
  }
  return true;
}

}  // namespace tilewright
