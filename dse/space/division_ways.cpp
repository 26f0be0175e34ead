#include "dse/space/division_ways.h"

#include <algorithm>

#include "compiler/mapping/share.h"
#include "compiler/support/math.h"

namespace tilewright {

namespace {

DimSet divided(const Extents& parts) {
  DimSet set = 0;
  for (Dim d : kDims)
    if (parts[d] > 1) set |= bit(d);
  return set;
}

// Balanced gives the ceiling of extent / parts to the first extent % parts of them, and one less to
// the others; of several others the first would be larger if it could.
bool rules_differ(int64_t extent, int64_t parts) {
  const int64_t larger = extent % parts;
  return larger != 0 && parts - larger > 1;
}

bool greedy_fills(int64_t extent, int64_t parts) {
  return ceil_div(extent, largest_share(extent, parts)) == parts;
}

}  // namespace

DivisionWays::DivisionWays(const Work& work, int64_t cores, const Constraints& constraints)
    : extent_(work.extent),
      reduction_(work.reduction),
      cores_(cores),
      shares_(constraints.shares),
      orders_(constraints.outside[static_cast<size_t>(Sequence::Ring)]) {
  for (Dim d : kDims) parts_[d] = both(constraints.parts[d], {1, std::min(extent_[d], cores)});
}

std::vector<ShareRule> DivisionWays::rules(const Extents& parts) const {
  std::vector<ShareRule> found;
  if (shares_.has(ShareRule::Balanced)) found.push_back(ShareRule::Balanced);
  if (!shares_.has(ShareRule::Greedy)) return found;
  bool differ = false;
  for (Dim d : kDims) {
    differ = differ || rules_differ(extent_[d], parts[d]);
    if (contains(reduction_, d) && !greedy_fills(extent_[d], parts[d])) return found;
  }
  if (differ) found.push_back(ShareRule::Greedy);
  return found;
}

int64_t DivisionWays::count(const Extents& parts) const {
  return static_cast<int64_t>(rules(parts).size()) * orders_.count(divided(parts));
}

CoreDivision DivisionWays::at(const Extents& parts, int64_t index) const {
  const DimSet dims = divided(parts);
  const int64_t orders = orders_.count(dims);
  return {parts, rules(parts)[static_cast<size_t>(index / orders)],
          orders_.at(dims, index % orders)};
}

std::optional<int64_t> DivisionWays::index_of(const CoreDivision& division) const {
  const std::vector<ShareRule> all = rules(division.parts);
  const auto rule = std::find(all.begin(), all.end(), division.share);
  const std::optional<int64_t> order = orders_.index_of(division.ring_order);
  if (rule == all.end() || !order) return std::nullopt;
  return (rule - all.begin()) * orders_.count(divided(division.parts)) + *order;
}

}  // namespace tilewright
