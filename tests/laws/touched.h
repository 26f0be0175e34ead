// Which elements of an operand a layer needs, by enumeration: shares nothing with footprint.h.
#pragma once

#include <cstdint>
#include <set>

#include "compiler/mapping/work.h"

namespace tilewright::test {

// Distinct indices along one axis, padding included.
inline std::set<int64_t> reached_indices(const AccessAxis& axis, const Extents& extent) {
  std::set<int64_t> indices = {axis.offset};
  for (const AccessTerm& term : axis.terms) {
    std::set<int64_t> next;
    for (int64_t index : indices)
      for (int64_t k = 0; k < extent[term.dim]; ++k) next.insert(index + term.coefficient * k);
    indices = next;
  }
  return indices;
}

// Those that lie inside the tensor.
inline std::set<int64_t> touched_indices(const AccessAxis& axis, const Extents& extent) {
  std::set<int64_t> indices = reached_indices(axis, extent);
  indices.erase(indices.begin(), indices.lower_bound(0));
  indices.erase(indices.lower_bound(axis.extent), indices.end());
  return indices;
}

// Elements of the operand; its axes have no dim in common.
inline int64_t touched_elems(const Operand& operand, const Extents& extent) {
  int64_t elems = 1;
  for (const AccessAxis& axis : operand.axes)
    elems *= static_cast<int64_t>(touched_indices(axis, extent).size());
  return elems;
}

}  // namespace tilewright::test
