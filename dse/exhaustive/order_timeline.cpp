#include "dse/exhaustive/order_timeline.h"

#include <algorithm>

#include "compiler/mapping/capacity.h"
#include "compiler/mapping/rejection.h"

namespace tilewright::exhaustive {

namespace {

// Whether it breaks a rule of its tile loops: what a block takes at the array is checked last.
bool illegal(const Problem& problem, const RapidDsc& dsc) {
  using enum RejectionCode;
  const auto broken = first_rejection(problem.work, problem.system, problem.precision, dsc);
  return broken && broken->code != L0Capacity && broken->code != LrfCapacity &&
         broken->code != AccCapacity;
}

}  // namespace

OrderTimeline::OrderTimeline(const Problem& problem, const LoopTables& tables, const Point& point)
    : problem_(problem), hops_(problem.operands) {
  find_hops(tables, point);
  if (legal()) time_hops();
}

bool OrderTimeline::legal() const {
  return std::none_of(hops_.begin(), hops_.end(), [](const auto& hops) { return hops.empty(); });
}

// Each hop beside block-loads of the others, which take least of Lx.
void OrderTimeline::find_hops(const LoopTables& tables, Point point) {
  DimSet loops = 0;
  for (Dim d : point.t_order) loops |= bit(d);
  point.outer.assign(problem_.operands, {});
  dsc_ = dsc_of(problem_.work, point);
  plain_ = nest_ = lower(problem_.work, problem_.system, problem_.precision, dsc_);
  std::vector<Motion> motions;
  for (size_t x = 0; x < problem_.operands; ++x) {
    if (point.section.past_lx == x) {
      hops_[x].emplace_back();
      continue;
    }
    for (const HopChoice& hop : tables.hops.external(point.section, x, loops)) {
      point.outer[x] = hop;
      const RapidDsc dsc = dsc_of(problem_.work, point);
      if (illegal(problem_, dsc)) continue;
      const LoopNest nest = lower(problem_.work, problem_.system, problem_.precision, dsc);
      for (Motion m : nest.external) {
        if (m.operand != static_cast<int>(x)) continue;
        TimedHop& timed = hops_[x].emplace_back();
        timed.hop = hop;
        motions.push_back(m);
        timed.lx_bytes = lx_buffer_bytes(problem_.work, m);
        if (m.store) m.cell_bits = kPartialSumBits;
        timed.wide_lx_bytes = lx_buffer_bytes(problem_.work, m);
      }
    }
    point.outer[x] = {};
  }
  std::stable_partition(motions.begin(), motions.end(), [](const Motion& m) { return !m.store; });
  nest_.external = std::move(motions);
}

// [N1], [N2], [N4], [N5], transfer by transfer.
void OrderTimeline::time_hops() {
  columns_ = nest_.external.size();
  std::vector<size_t> next(problem_.operands);
  std::vector<TimedHop*> of(columns_);
  for (size_t column = 0; column < columns_; ++column) {
    const auto x = static_cast<size_t>(nest_.external[column].operand);
    of[column] = &hops_[x][next[x]++];
    of[column]->column = column;
  }
  const TileGrid grid(problem_.work, problem_.times, dsc_, nest_);
  // OUT is the last one where it waits for sums of other cores.
  for (const ExternalSlot& slot : exposed_slots(problem_.times, nest_, grid))
    of[slot.motion]->fixed += slot.cycles;
  grid.odometer().for_each_kind([&](const Kind& state) {
    rows_.push_back({grid.tile(state.index), state.count});
    beside_.resize(rows_.size() * columns_);
    int64_t* const beside = &beside_[(rows_.size() - 1) * columns_];
    const bool leaves = state.leaves(grid.depth(columns_ - 1));
    reduction_cycles_ += state.count * tile_reduction(problem_.work, problem_.times, plain_,
                                                      rows_.back().tile.ext, leaves)
                                           .cycles();
    for (const ExternalSlot& slot : slots_at(problem_.times, nest_, grid, state)) {
      if (slot.blocking)
        of[slot.motion]->fixed += slot.cycles * state.count;
      else
        beside[slot.motion] += slot.cycles;
    }
  });
}

}  // namespace tilewright::exhaustive
