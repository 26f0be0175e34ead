#include "dse/kept.h"

#include <algorithm>

#include "compiler/mapping/share.h"
#include "dse/room.h"

namespace tilewright {

namespace {

bool same_shares(const Work& work, const CoreDivision& a, const CoreDivision& b) {
  return a.share == b.share || std::all_of(kDims.begin(), kDims.end(), [&](Dim d) {
           const int64_t extent = work.extent[d], parts = a.parts[d];
           return slices(extent, parts, a.share) == slices(extent, parts, b.share);
         });
}

// Of one division and tile.
bool alike(const Problem& problem, const RapidDsc& a, const RapidDsc& b) {
  return a.t == b.t && a.core_d.parts == b.core_d.parts &&
         same_shares(problem.work, a.core_d, b.core_d) &&
         (a.core_d.ring_order == b.core_d.ring_order || !ring_order_matters(problem, a.core_d));
}

bool comes_first(const Best& a, const Best& b) {
  return a.value != b.value ? a.value < b.value : a.dsc < b.dsc;
}

}  // namespace

bool ring_order_matters(const Problem& problem, const CoreDivision& cores) {
  if (!problem.system.chip.memory_stops.empty()) return true;
  return std::any_of(kDims.begin(), kDims.end(), [&](Dim d) {
    return cores.parts[d] > 1 && contains(problem.work.reduction, d);
  });
}

bool Kept::add(const Best& found) { return front_ ? add_to_front(found) : add_to_best(found); }

bool Kept::add_to_best(const Best& found) {
  const auto same = std::find_if(all_.begin(), all_.end(),
                                 [&](const Best& k) { return alike(*problem_, k.dsc, found.dsc); });
  if (same != all_.end()) {
    if (!comes_first(found, *same)) return false;
    *same = found;
  } else {
    if (all_.size() == top_) {
      if (!comes_first(found, all_.back())) return false;
      all_.pop_back();
    }
    all_.push_back(found);
  }
  std::sort(all_.begin(), all_.end(), comes_first);
  return true;
}

bool Kept::add_to_front(const Best& found) {
  const int64_t bytes = lx_bytes(*problem_, found.dsc);
  // By rising value: bytes fall.
  size_t at = 0;
  while (at < all_.size() && all_[at].value < found.value) ++at;
  if (at > 0 && bytes_[at - 1] <= bytes) return false;
  const bool ties = at < all_.size() && all_[at].value == found.value;
  if (ties && (bytes_[at] < bytes || (bytes_[at] == bytes && !(found.dsc < all_[at].dsc))))
    return false;
  size_t end = at;
  while (end < all_.size() && bytes_[end] >= bytes) ++end;
  all_.erase(all_.begin() + static_cast<ptrdiff_t>(at), all_.begin() + static_cast<ptrdiff_t>(end));
  bytes_.erase(bytes_.begin() + static_cast<ptrdiff_t>(at),
               bytes_.begin() + static_cast<ptrdiff_t>(end));
  all_.insert(all_.begin() + static_cast<ptrdiff_t>(at), found);
  bytes_.insert(bytes_.begin() + static_cast<ptrdiff_t>(at), bytes);
  return true;
}

Bar Kept::bar(Measure cap) const {
  if (!front_) return below(cap);
  std::vector<Bar::Step> steps;
  for (size_t k = all_.size(); k-- > 0;) steps.push_back({bytes_[k], std::min(cap, all_[k].value)});
  return {cap, std::move(steps)};
}

Measure Kept::below(Measure cap) const {
  const bool full = front_ ? !all_.empty() : all_.size() == top_;
  return full ? std::min(cap, all_.back().value) : cap;
}

}  // namespace tilewright
