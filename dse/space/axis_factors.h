// What may lie along one axis of the array: factors of the dims allowed there, numbered.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/arch/system.h"
#include "dse/space/constraints.h"

namespace tilewright {

class AxisFactors {
 public:
  // `dims`: that may lie there; each factor at most the dim's extent, the product at most `length`.
  AxisFactors(const Extents& extent, DimSet dims, int64_t length, const AxisConstraint& constraint);

  int64_t count() const { return count_[0][static_cast<size_t>(length_)]; }
  // Dims in the order of kDims; those of factor 1 are left out.
  std::vector<Unroll> at(int64_t index) const;
  std::optional<int64_t> index_of(const std::vector<Unroll>& axis) const;

 private:
  int64_t length_;
  DimMap<Range> factors_;
  // Per number of decided dims and places left to the others: ways to fill these.
  std::vector<std::vector<int64_t>> count_;
};

// Per Axis, for an array layer. Sums at the columns: reduced dims along rows alone, and nothing
// else there.
std::vector<AxisFactors> axis_factors(const Work& work, const System& system,
                                      const Constraints& constraints, bool sums_at_columns);

}  // namespace tilewright
