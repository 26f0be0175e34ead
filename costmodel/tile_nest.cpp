#include "costmodel/tile_nest.h"

#include <optional>

namespace tilewright {

namespace {

// External slots of one layer's hops, at states of its tile nest.
class Slots {
 public:
  Slots(const UnitTimes& times, const LoopNest& nest, const TileGrid& grid)
      : times_(times), nest_(nest), grid_(grid) {}

  // Of a fetch: what operand m's tile takes at `index`. OUT comes back but for its first visit.
  int64_t load(size_t m, const LoopIndex& index) const {
    const Motion& motion = nest_.external[m];
    if (!motion.store) return slot(m, index, motion.link_bits, false);
    return grid_.first_visit(m, index) ? 0 : slot(m, index, kPartialSumBits, false);
  }
  // Of a write-back: of partial sums but for the last visit.
  int64_t store(size_t m, const LoopIndex& index) const {
    const Motion& motion = nest_.external[m];
    if (!motion.store) return 0;
    const bool last = grid_.last_visit(m, index);
    return slot(m, index, last ? motion.link_bits : kPartialSumBits, true);
  }

  // [N4] The slot of a part of a spread transfer at `state`: of the box that enters next (`ahead`)
  // or that was left last.
  int64_t part(size_t m, const Kind& state, bool ahead) const {
    const Motion& motion = nest_.external[m];
    const std::optional<LoopIndex> index = far(m, state, ahead);
    if (!index) return 0;
    int64_t parts = 1;
    for (size_t l = static_cast<size_t>(grid_.depth(m) + 1); l < nest_.t_loops.size(); ++l)
      parts *= nest_.t_loops[l].trips;
    const int64_t bytes = ceil_div(grid_.bytes(m, *index, motion.link_bits), parts);
    return times_.external(bytes, motion.pieces, motion.store, motion.ring);
  }

 private:
  int64_t slot(size_t m, const LoopIndex& index, int64_t elem_bits, bool store) const {
    const Motion& motion = nest_.external[m];
    return times_.external(grid_.bytes(m, index, elem_bits), motion.pieces, store, motion.ring);
  }

  std::optional<LoopIndex> far(size_t m, const Kind& state, bool ahead) const {
    LoopIndex index = state.index;
    for (int l = grid_.depth(m); l >= 0; --l) {
      const auto k = static_cast<size_t>(l);
      const int64_t last = nest_.t_loops[k].trips - 1;
      if (index[k] == (ahead ? last : 0)) {
        index[k] = ahead ? 0 : last;
        continue;
      }
      index[k] += ahead ? 1 : -1;
      return index;
    }
    return std::nullopt;
  }

  const UnitTimes& times_;
  const LoopNest& nest_;
  const TileGrid& grid_;
};

}  // namespace

std::vector<ExternalSlot> exposed_slots(const UnitTimes& times, const LoopNest& nest,
                                        const TileGrid& grid) {
  const Slots slots(times, nest, grid);
  std::vector<ExternalSlot> all;
  for (size_t m = 0; m < nest.external.size(); ++m) {
    if (nest.external[m].type == TransferType::BlockLoad) continue;
    const bool store = nest.external[m].store;
    all.push_back({m, store, true, false,
                   store ? slots.store(m, grid.odometer().last()) : slots.load(m, LoopIndex{})});
  }
  return all;
}

std::vector<ExternalSlot> slots_at(const UnitTimes& times, const LoopNest& nest,
                                   const TileGrid& grid, const Kind& state) {
  const Slots slots(times, nest, grid);
  std::vector<ExternalSlot> all;
  const auto add = [&](size_t m, bool store, bool blocking, bool part, int64_t cycles) {
    if (cycles > 0) all.push_back({m, store, blocking, part, cycles});
  };
  for (size_t m = 0; m < nest.external.size(); ++m)
    if (nest.external[m].type == TransferType::BlockLoad && state.enters(grid.depth(m)))
      add(m, false, true, false, slots.load(m, state.index));
  for (const bool store : {true, false})
    for (size_t m = 0; m < nest.external.size(); ++m) {
      const Motion& motion = nest.external[m];
      const int depth = grid.depth(m);
      if (motion.type == TransferType::Stream && motion.store == store)
        add(m, store, false, true, slots.part(m, state, !store));
      if (motion.type != TransferType::DoubleBuffer) continue;
      if (store && state.previous_leaves(depth))
        add(m, true, false, false, slots.store(m, grid.odometer().previous(state)));
      if (!store && state.next_enters(depth))
        add(m, false, false, false, slots.load(m, grid.odometer().next(state)));
    }
  for (size_t m = 0; m < nest.external.size(); ++m)
    if (nest.external[m].type == TransferType::BlockLoad && state.leaves(grid.depth(m)))
      add(m, true, true, false, slots.store(m, state.index));
  return all;
}

TileReduction reduction_at(const UnitTimes& times, const LoopNest& nest, const TileGrid& grid,
                           const Kind& state) {
  if (nest.rounds.empty()) return {};
  const size_t out = nest.external.size() - 1;
  return tile_reduction(grid.work(), times, nest, grid.tile(state.index).ext,
                        state.leaves(grid.depth(out)));
}

TileTimeline tile_timeline(const UnitTimes& times, const LoopNest& nest, const TileGrid& grid) {
  TileTimeline timeline;
  for (const ExternalSlot& slot : exposed_slots(times, nest, grid)) timeline.exposed += slot.cycles;
  grid.odometer().for_each_kind([&](const Kind& state) {
    TileTimeline::Step step;
    step.tile = grid.tile(state.index);
    step.count = state.count;
    step.reduction = reduction_at(times, nest, grid, state);
    for (const ExternalSlot& slot : slots_at(times, nest, grid, state))
      (slot.blocking ? step.blocking : step.beside) += slot.cycles;
    timeline.steps.push_back(step);
  });
  return timeline;
}

}  // namespace tilewright
