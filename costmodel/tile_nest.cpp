#include "costmodel/tile_nest.h"

namespace tilewright {

TileTimeline tile_timeline(const UnitTimes& times, const LoopNest& nest, const TileGrid& grid,
                           WorkKind kind) {
  TileTimeline timeline;
  const auto slot = [&](size_t m, const LoopIndex& index) {
    const Motion& motion = nest.external[m];
    return times.external(grid.bytes(m, index, grid.tile(index).ext), motion.pieces, motion.store,
                          motion.ring);
  };
  const bool overlaps = kind != WorkKind::Move;
  for (size_t m = 0; overlaps && m < nest.external.size(); ++m)
    if (nest.external[m].type == TransferType::DoubleBuffer)
      timeline.exposed += slot(m, nest.external[m].store ? grid.odometer().last() : LoopIndex{});
  grid.odometer().for_each_kind([&](const Kind& state) {
    TileTimeline::Step step;
    step.tile = grid.tile(state.index);
    step.count = state.count;
    for (size_t m = 0; m < nest.external.size(); ++m) {
      const Motion& motion = nest.external[m];
      const int depth = grid.depth(m);
      if (overlaps && motion.type == TransferType::DoubleBuffer) {
        if (motion.store && state.previous_leaves(depth))
          step.beside += slot(m, grid.odometer().previous(state));
        if (!motion.store && state.next_enters(depth))
          step.beside += slot(m, grid.odometer().next(state));
      } else if (motion.store ? state.leaves(depth) : state.enters(depth)) {
        step.blocking += slot(m, state.index);
      }
    }
    timeline.steps.push_back(step);
  });
  return timeline;
}

}  // namespace tilewright
