#include "dse/exhaustive/loop_orders.h"

#include <algorithm>

#include "compiler/mapping/loop_nest.h"
#include "dse/exhaustive/tie_key.h"

namespace tilewright::exhaustive {

const std::vector<LoopOrder>& LoopOrders::of(DimSet dims) {
  std::optional<std::vector<LoopOrder>>& known = known_[dims];
  if (known) return *known;
  known.emplace();
  for (int64_t k = 0; k < orders_.count(dims); ++k) {
    const std::vector<Dim> loops = orders_.at(dims, k);
    LoopOrder order;
    std::copy(loops.begin(), loops.end(), order.dims.begin());
    order.count = loops.size();
    order.rank = rank_of(loops);
    order.partial =
        unfinished(order.loops(), work_.operand(Role::Out).dims(), work_.reduction) != 0;
    known->push_back(order);
  }
  return *known;
}

}  // namespace tilewright::exhaustive
