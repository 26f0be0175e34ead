#include "compiler/mapping/share.h"

#include <algorithm>

#include "compiler/support/math.h"

namespace tilewright {

int64_t largest_share(int64_t extent, int64_t parts) { return ceil_div(extent, parts); }

std::vector<Slice> slices(int64_t extent, int64_t parts, ShareRule rule) {
  std::vector<Slice> all;
  int64_t start = 0;
  for (int64_t k = 0; k < parts; ++k) {
    const int64_t size = rule == ShareRule::Balanced
                             ? extent / parts + (k < extent % parts ? 1 : 0)
                             : std::min(ceil_div(extent, parts), extent - start);
    all.push_back({start, size});
    start += size;
  }
  return all;
}

}  // namespace tilewright
