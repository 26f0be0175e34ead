// The tile (T) loops: external transfers around bodies. Equations [N1] - [N3] of README.md.
#pragma once

#include "costmodel/tile_grid.h"
#include "costmodel/unit_times.h"

namespace tilewright {

// [N3] A Move loads and stores through one buffer, one after the other.
inline Cost move_nest_cost(const UnitTimes& times, const LoopNest& nest, const TileGrid& grid) {
  Cost total;
  grid.odometer().for_each_kind([&](const Kind& kind) {
    const Extents ext = grid.tile(kind.index).ext;
    int64_t cycles = 0;
    for (size_t m = 0; m < nest.external.size(); ++m) {
      const bool fires =
          nest.external[m].store ? kind.leaves(grid.depth(m)) : kind.enters(grid.depth(m));
      if (fires) cycles += times.external(grid.bytes(m, kind.index, ext), nest.external[m].pieces);
    }
    total.add(CostClass::NonOverlapped, Resource::External, cycles * kind.count);
  });
  return total;
}

// [N1], [N2] `body(tile)` gives the Cost of one tile's body; it is asked once per kind of state.
template <class Body>
Cost tile_nest_cost(const UnitTimes& times, const LoopNest& nest, const TileGrid& grid,
                    Body&& body) {
  Cost total;
  auto slot = [&](size_t m, const LoopIndex& index) {
    return times.external(grid.bytes(m, index, grid.tile(index).ext), nest.external[m].pieces);
  };
  auto exposed = [&](int64_t cycles) {
    total.add(CostClass::NonOverlapped, Resource::External, cycles);
  };
  for (size_t m = 0; m < nest.external.size(); ++m)
    if (nest.external[m].type == TransferType::DoubleBuffer)
      exposed(slot(m, nest.external[m].store ? grid.odometer().last() : LoopIndex{}));
  grid.odometer().for_each_kind([&](const Kind& kind) {
    int64_t blocking = 0, beside = 0;
    for (size_t m = 0; m < nest.external.size(); ++m) {
      const Motion& motion = nest.external[m];
      const int depth = grid.depth(m);
      if (motion.type == TransferType::DoubleBuffer) {
        if (motion.store && kind.previous_leaves(depth))
          beside += slot(m, grid.odometer().previous(kind));
        if (!motion.store && kind.next_enters(depth)) beside += slot(m, grid.odometer().next(kind));
      } else if (motion.store ? kind.leaves(depth) : kind.enters(depth)) {
        blocking += slot(m, kind.index);
      }
    }
    Cost step = body(grid.tile(kind.index));
    step.add(CostClass::PipeBubble, Resource::Sync, 2 * times.semaphore);
    step.raise_to(beside, CostClass::OverlappedVisible, Resource::External);
    step.add(CostClass::NonOverlapped, Resource::External, blocking);
    total.add(step, kind.count);
  });
  return total;
}

}  // namespace tilewright
