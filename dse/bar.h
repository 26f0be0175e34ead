// What a mapping must stay below to be of use: one value, or one that falls with the bytes of Lx
// that the mapping takes.
#pragma once

#include <algorithm>
#include <vector>

#include "dse/objective.h"

namespace tilewright {

class Bar {
 public:
  // Whatever the mapping takes of Lx.
  Bar(Measure below) : below_(below) {}
  // Each value is a bar for mappings that take at least so many bytes; all are below `below`.
  struct Step {
    int64_t bytes = 0;
    Measure below = 0;
  };
  // Steps by rising bytes, falling values.
  Bar(Measure below, std::vector<Step> steps) : below_(below), steps_(std::move(steps)) {}

  bool by_bytes() const { return !steps_.empty(); }
  // For mappings that take at least `bytes`.
  Measure at(int64_t bytes) const {
    const auto after =
        std::upper_bound(steps_.begin(), steps_.end(), bytes,
                         [](int64_t limit, const Step& step) { return limit < step.bytes; });
    return after == steps_.begin() ? below_ : std::prev(after)->below;
  }
  // For all mappings.
  Measure any() const { return below_; }

 private:
  Measure below_;
  std::vector<Step> steps_;
};

}  // namespace tilewright
