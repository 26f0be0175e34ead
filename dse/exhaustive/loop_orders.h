// Orders of block loops, listed once per set of dims.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "compiler/mapping/work.h"
#include "dse/space/orders.h"

namespace tilewright::exhaustive {

struct LoopOrder {
  std::array<Dim, kDimCount> dims{};
  size_t count = 0;
  int64_t rank = 0;      // among all orders of these dims
  bool partial = false;  // OUT's blocks are put away unfinished

  std::span<const Dim> loops() const { return {dims.data(), count}; }
};

class LoopOrders {
 public:
  LoopOrders(const Work& work, const Orders& orders) : work_(work), orders_(orders) {}

  const std::vector<LoopOrder>& of(DimSet dims);

 private:
  const Work& work_;
  const Orders& orders_;
  std::array<std::optional<std::vector<LoopOrder>>, 1 << kDimCount> known_;
};

}  // namespace tilewright::exhaustive
