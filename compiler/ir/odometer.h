// Walks a box of indices in row-major order, for the reference evaluator.
#pragma once

#include <vector>

#include "compiler/ir/tensor.h"

namespace tilewright::reference {

// Calls visit(index) for every index of the box; not at all when an extent is 0.
template <class Visit>
void for_each_index(const Shape& box, Visit visit) {
  for (int64_t extent : box)
    if (extent <= 0) return;
  std::vector<int64_t> index(box.size(), 0);
  while (true) {
    visit(static_cast<const std::vector<int64_t>&>(index));
    size_t axis = box.size();
    while (axis > 0 && ++index[axis - 1] == box[axis - 1]) index[--axis] = 0;
    if (axis == 0) return;
  }
}

}  // namespace tilewright::reference
