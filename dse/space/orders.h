// Permutations of any set of dims, numbered; of each pair it may be stated which stands outside.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/ir/dim.h"

namespace tilewright {

class Orders {
 public:
  // Per dim: those that must stand outside of it, where both are in the set.
  explicit Orders(const DimMap<DimSet>& outside);

  int64_t count(DimSet dims) const { return count_[dims]; }
  // Outermost first; `index` in [0, count(dims)).
  std::vector<Dim> at(DimSet dims, int64_t index) const;
  // None when a dim is there twice or at a place where it must not be.
  std::optional<int64_t> index_of(const std::vector<Dim>& order) const;

 private:
  bool outermost(Dim d, DimSet dims) const { return (outside_[d] & dims) == 0; }

  DimMap<DimSet> outside_;
  std::array<int64_t, 1 << kDimCount> count_{};
};

}  // namespace tilewright
