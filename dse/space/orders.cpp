#include "dse/space/orders.h"

namespace tilewright {

namespace {

DimSet without(DimSet set, Dim d) { return static_cast<DimSet>(set & ~bit(d)); }

}  // namespace

Orders::Orders(const DimMap<DimSet>& outside) : outside_(outside) {
  count_[0] = 1;
  for (size_t dims = 1; dims < count_.size(); ++dims)
    for (Dim d : kDims) {
      const auto set = static_cast<DimSet>(dims);
      if (contains(set, d) && outermost(d, set)) count_[dims] += count_[without(set, d)];
    }
}

std::vector<Dim> Orders::at(DimSet dims, int64_t index) const {
  std::vector<Dim> order;
  while (dims != 0)
    for (Dim d : kDims) {
      if (!contains(dims, d) || !outermost(d, dims)) continue;
      const int64_t inner = count_[without(dims, d)];
      if (index < inner) {
        order.push_back(d);
        dims = without(dims, d);
        break;
      }
      index -= inner;
    }
  return order;
}

std::optional<int64_t> Orders::index_of(const std::vector<Dim>& order) const {
  DimSet dims = 0;
  for (Dim d : order) {
    if (contains(dims, d)) return std::nullopt;
    dims |= bit(d);
  }
  int64_t index = 0;
  for (Dim chosen : order) {
    if (!outermost(chosen, dims)) return std::nullopt;
    for (Dim d : kDims) {
      if (d == chosen) break;
      if (contains(dims, d) && outermost(d, dims)) index += count_[without(dims, d)];
    }
    dims = without(dims, chosen);
  }
  return index;
}

}  // namespace tilewright
