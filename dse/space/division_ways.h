// Ways to divide a layer over cores by given parts: share rules and ring orders, numbered.
#pragma once

#include <optional>
#include <vector>

#include "dse/space/constraints.h"
#include "dse/space/orders.h"

namespace tilewright {

class DivisionWays {
 public:
  DivisionWays(const Work& work, int64_t cores, const Constraints& constraints);

  // Parts that dim d may have by itself.
  Range parts(Dim d) const { return parts_[d]; }
  int64_t cores() const { return cores_; }

  int64_t count(const Extents& parts) const;
  CoreDivision at(const Extents& parts, int64_t index) const;  // `index` in [0, count(parts))
  // None where share rule or ring order are not among them.
  std::optional<int64_t> index_of(const CoreDivision& division) const;

 private:
  // Greedy where it cuts some dim otherwise than Balanced does, and leaves no part of a reduced dim
  // empty.
  std::vector<ShareRule> rules(const Extents& parts) const;

  Extents extent_;
  DimSet reduction_;
  int64_t cores_;
  DimMap<Range> parts_;
  SetOf<ShareRule> shares_;
  Orders orders_;
};

}  // namespace tilewright
