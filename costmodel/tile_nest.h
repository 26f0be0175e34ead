// The tile (T) loops: external transfers around bodies. Equations [N1] - [N5] of README.md.
#pragma once

#include "costmodel/reduction.h"
#include "costmodel/tile_grid.h"
#include "costmodel/unit_times.h"

namespace tilewright {

// One external transfer of a tile step: its slot, and which way it goes.
struct ExternalSlot {
  size_t motion = 0;  // in LoopNest::external
  bool store = false;
  bool blocking = false;  // else it runs beside the body
  bool part = false;      // of a spread transfer
  int64_t cycles = 0;
};

// In program order: before the nest and behind it (together), and at one of its states.
std::vector<ExternalSlot> exposed_slots(const UnitTimes& times, const LoopNest& nest,
                                        const TileGrid& grid);
std::vector<ExternalSlot> slots_at(const UnitTimes& times, const LoopNest& nest,
                                   const TileGrid& grid, const Kind& state);
TileReduction reduction_at(const UnitTimes& times, const LoopNest& nest, const TileGrid& grid,
                           const Kind& state);

// The external side of a layer's steps: what is exposed before and after all of them, and per kind
// of step what blocks its body and what runs beside it.
struct TileTimeline {
  struct Step {
    TileShape tile;
    int64_t blocking = 0, beside = 0;
    TileReduction reduction;
    int64_t count = 0;
  };
  int64_t exposed = 0;  // first fetches and last write-back
  std::vector<Step> steps;
};

// [N1], [N2], [N4], [N5]; of a Move, [N3], everything blocks.
TileTimeline tile_timeline(const UnitTimes& times, const LoopNest& nest, const TileGrid& grid);

// The layer's cost without the change of layers. `body(tile)` gives the Cost of one tile's body; it
// is asked once per kind of step, and not for a Move.
template <class Body>
Cost tile_nest_cost(const UnitTimes& times, const TileTimeline& timeline, WorkKind kind,
                    Body&& body) {
  Cost total;
  total.add(CostClass::NonOverlapped, Resource::External, timeline.exposed);
  for (const TileTimeline::Step& step : timeline.steps) {
    Cost cost;
    if (kind != WorkKind::Move) {
      cost = body(step.tile);
      cost.add(CostClass::PipeBubble, Resource::Sync, 2 * times.semaphore);
    }
    cost.raise_to(step.beside, CostClass::OverlappedVisible, Resource::External);
    cost.add(CostClass::NonOverlapped, Resource::Ring, step.reduction.ring_cycles);
    cost.add(CostClass::Auxiliary, Resource::Sfu, step.reduction.finish_cycles);
    cost.add(CostClass::PipeBubble, Resource::Sync, step.reduction.meeting_cycles);
    cost.add(CostClass::NonOverlapped, Resource::External, step.blocking);
    total.add(cost, step.count);
  }
  return total;
}

}  // namespace tilewright
