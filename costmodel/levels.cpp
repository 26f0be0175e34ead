#include "costmodel/levels.h"

#include <algorithm>

#include "compiler/mapping/share.h"
#include "costmodel/block_nest.h"
#include "costmodel/tile_nest.h"

namespace tilewright {

int64_t Levels::most() const { return std::max({array, sfu, array_in, array_out, external, ring}); }
int64_t Levels::sum() const { return array + sfu + array_in + array_out + external + ring; }

Levels levels(const Work& work, const System& system, const PrecisionInfo& precision,
              const RapidDsc& dsc) {
  const UnitTimes times(work, system, precision);
  const LoopNest nest = lower(work, system, precision, dsc);
  const TileGrid grid(work, times, dsc, nest);
  Levels result;
  int64_t in_bytes = 0, out_bytes = 0, ring_bytes = 0;
  for (const TileTimeline::Step& step : tile_timeline(times, nest, grid).steps) {
    const BodyCost body = body_cost(work, times, nest, step.tile);
    in_bytes += (body.array_in_bytes + step.reduction.in_bytes) * step.count;
    out_bytes += (body.array_out_bytes + step.reduction.out_bytes) * step.count;
    ring_bytes += step.reduction.link_bytes * step.count;
    if (work.kind == WorkKind::Array) result.array += body.cost[CostClass::MacCompute] * step.count;
    int64_t points = 1;
    for (Dim d : kDims) points *= step.tile.ext[d];
    if (work.kind == WorkKind::Sfu) result.sfu += times.elementwise(points) * step.count;
  }
  if (work.kind == WorkKind::Array) {
    int64_t outputs = 1;
    for (Dim d : kDims)
      if (contains(work.operand(Role::Out).dims(), d)) outputs *= nest.share[d];
    result.sfu = ceil_div(outputs, times.sfu_lanes) * times.epilogue_cycles;
  }
  result.array_in = hold_cycles(in_bytes, times.array_in.bytes_per_cycle);
  result.array_out = hold_cycles(out_bytes, times.array_out.bytes_per_cycle);
  result.ring = hold_cycles(ring_bytes, times.ring.bytes_per_cycle);
  const int64_t external_bytes = traffic(work, times, dsc, nest, grid).external;
  result.external = hold_cycles(external_bytes, times.external_bandwidth);
  return result;
}

Price price_max_of_levels(const Work& work, const System& system, const PrecisionInfo& precision,
                          const RapidDsc& dsc) {
  const Levels level = levels(work, system, precision, dsc);
  const Rational peak = precision.macs_per_cycle(system.macs_per_core());
  int64_t macs = work.macs() == 0 ? 0 : 1;
  for (Dim d : kDims) macs *= largest_share(work.extent[d], dsc.core_d.parts[d]);
  const int64_t useful = std::min(hold_cycles(macs, peak), level.array);
  Price price;
  Cost& cost = price.cost;
  cost.add(CostClass::MacCompute, Resource::Array, useful);
  cost.add(CostClass::ArrayUnderuse, Resource::Array, level.array - useful);
  cost.raise_to(level.sfu, CostClass::Auxiliary, Resource::Sfu);
  cost.raise_to(level.array_in, CostClass::OverlappedVisible, Resource::ArrayIn);
  cost.raise_to(level.array_out, CostClass::OverlappedVisible, Resource::ArrayOut);
  cost.raise_to(level.external, CostClass::OverlappedVisible, Resource::External);
  cost.raise_to(level.ring, CostClass::OverlappedVisible, Resource::Ring);
  const std::pair<int64_t, Resource> slowest[] = {
      {level.array, Resource::Array},       {level.sfu, Resource::Sfu},
      {level.array_in, Resource::ArrayIn},  {level.array_out, Resource::ArrayOut},
      {level.external, Resource::External}, {level.ring, Resource::Ring}};
  price.bottleneck =
      std::max_element(std::begin(slowest), std::end(slowest), [](const auto& a, const auto& b) {
        return a.first < b.first;
      })->second;
  return price;
}

}  // namespace tilewright
