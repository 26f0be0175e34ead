#include "costmodel/price.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/share.h"
#include "compiler/support/check.h"
#include "costmodel/block_nest.h"
#include "costmodel/tile_nest.h"

namespace tilewright {

namespace {

// Bodies already priced for this layer: tiles come in few shapes.
class BodyMemo {
 public:
  BodyMemo(const Work& work, const UnitTimes& times, const LoopNest& nest)
      : work_(work), times_(times), nest_(nest) {}

  const Cost& operator()(const TileShape& tile) {
    for (const auto& [shape, cost] : known_)
      if (shape == tile) return cost;
    return known_.emplace_back(tile, body_cost(work_, times_, nest_, tile).cost).second;
  }

 private:
  const Work& work_;
  const UnitTimes& times_;
  const LoopNest& nest_;
  std::vector<std::pair<TileShape, Cost>> known_;
};

// [A1] Of the cycles that the array is busy, MACs over peak are mac_compute, the rest underuse.
void split_array_cycles(Cost& cost, const UnitTimes& times, const LoopNest& nest) {
  int64_t macs = 1;
  for (Dim d : kDims) macs *= nest.share[d];
  const int64_t busy = cost[CostClass::MacCompute];
  const int64_t useful = hold_cycles(macs, times.macs_per_cycle);
  TW_CHECK(useful <= busy, "{} cycles of MACs in {} busy cycles", useful, busy);
  cost.classes[static_cast<size_t>(CostClass::MacCompute)] = useful;
  cost.classes[static_cast<size_t>(CostClass::ArrayUnderuse)] += busy - useful;
}

}  // namespace

Cost nest_cost(const Work& work, const UnitTimes& times, const RapidDsc& dsc,
               const LoopNest& nest) {
  const TileGrid grid(work, times, dsc, nest);
  const TileTimeline timeline = tile_timeline(times, nest, grid);
  Cost cost = tile_nest_cost(times, timeline, work.kind, BodyMemo(work, times, nest));
  if (work.kind == WorkKind::Array) split_array_cycles(cost, times, nest);
  cost.add(CostClass::PipeBubble, Resource::Sync, times.layer_cycles);
  return cost;
}

Price price(const Work& work, const System& system, const PrecisionInfo& precision,
            const RapidDsc& dsc) {
  const UnitTimes times(work, system, precision);
  Price result{nest_cost(work, times, dsc, lower(work, system, precision, dsc)), Resource::Array};
  const auto& charged = result.cost.charged;
  result.bottleneck =
      static_cast<Resource>(std::max_element(charged.begin(), charged.end()) - charged.begin());
  return result;
}

namespace {

// One kind of tile along one dim, over all slices and tile indices.
struct TileKind {
  int64_t ext = 0;
  bool first = true, final = true;
  unsigned fresh = ~0u;  // as in TileShape
  int64_t count = 0;
};

std::vector<TileKind> tile_kinds(Dim d, const RapidDsc& dsc, const LoopNest& nest,
                                 const TileGrid& grid) {
  std::vector<TileKind> kinds;
  auto add = [&kinds](const TileKind& k) {
    if (k.ext == 0 || k.count <= 0) return;
    for (TileKind& known : kinds)
      if (known.ext == k.ext && known.first == k.first && known.final == k.final &&
          known.fresh == k.fresh) {
        known.count += k.count;
        return;
      }
    kinds.push_back(k);
  };
  const bool partial = contains(nest.t_partial, d);
  const int64_t t = dsc.t[d], trips = ceil_div(nest.share[d], t);
  for (const Slice& slice : slices(dsc.n[d], dsc.core_d.parts[d], dsc.core_d.share)) {
    auto at = [&](int64_t index, int64_t count) {
      add({std::clamp<int64_t>(slice.size - index * t, 0, t), !partial || index == 0,
           !partial || index == trips - 1, index == 0 ? ~0u : grid.fresh_beside(d), count});
    };
    // Greedy slices may end many tiles before the largest one does.
    const int64_t full = slice.size / t;
    at(0, 1);
    at(1, std::min(full, trips - 1) - 1);
    if (full > 0 && full < trips - 1) at(full, 1);
    if (trips > 1) at(trips - 1, 1);
  }
  return kinds;
}

using TileKinds = std::array<std::vector<TileKind>, kDimCount>;

// Calls visit(tile, how many there are like it).
template <class Visit>
void for_each_tile(const TileKinds& kinds, Visit&& visit) {
  auto descend = [&](auto&& self, size_t dim, const TileShape& tile, int64_t count) -> void {
    if (dim == kDimCount) return visit(tile, count);
    for (const TileKind& k : kinds[dim]) {
      TileShape next = tile;
      next.ext.values[dim] = k.ext;
      next.first &= k.first;
      next.final &= k.final;
      next.fresh &= k.fresh;
      self(self, dim + 1, next, count * k.count);
    }
  };
  descend(descend, 0, TileShape{}, 1);
}

// [G3] Each tile of OUT once per group.
void add_reduction(Traffic& bytes, const Work& work, const UnitTimes& times, const LoopNest& nest,
                   TileKinds kinds) {
  for (Dim d : kDims)
    if (contains(work.reduction, d)) kinds[static_cast<size_t>(d)] = {{1, true, true, ~0u, 1}};
  for_each_tile(kinds, [&](const TileShape& tile, int64_t count) {
    const TileReduction r = tile_reduction(work, times, nest, tile.ext);
    bytes.finish_in += r.in_bytes * count;
    bytes.finish_out += r.out_bytes * count;
    for (const RingRound& round : nest.rounds) {
      bytes.ring += r.sum_bytes * count;
      bytes.ring_hops += r.sum_bytes * count * round.hops;
    }
  });
  bytes.array_in += bytes.finish_in;
  bytes.array_out += bytes.finish_out;
}

}  // namespace

Traffic traffic(const Work& work, const System& system, const PrecisionInfo& precision,
                const RapidDsc& dsc) {
  const UnitTimes times(work, system, precision);
  const LoopNest nest = lower(work, system, precision, dsc);
  return traffic(work, times, dsc, nest, TileGrid(work, times, dsc, nest));
}

Traffic traffic(const Work& work, const UnitTimes& times, const RapidDsc& dsc, const LoopNest& nest,
                const TileGrid& grid) {
  Traffic bytes;
  for (size_t m = 0; m < nest.external.size(); ++m) {
    const int64_t moved = grid.total_bytes(m);
    bytes.external += moved;
    bytes.lx_outer +=
        nest.external[m].store ? moved : moved * (nest.cores / nest.external[m].pieces);
  }
  TileKinds kinds;
  for (Dim d : kDims) kinds[static_cast<size_t>(d)] = tile_kinds(d, dsc, nest, grid);
  for_each_tile(kinds, [&](const TileShape& tile, int64_t count) {
    const BodyCost body = body_cost(work, times, nest, tile);
    bytes.array_in += body.array_in_bytes * count;
    bytes.array_out += body.array_out_bytes * count;
    bytes.into_lrf += body.lrf_bytes * count;
    bytes.into_pe += body.pe_bytes * count;
    bytes.external += body.external_bytes * count;
    bytes.past_lx += body.external_bytes * count;
    bytes.added += body.added * count;
  });
  if (!nest.rounds.empty()) add_reduction(bytes, work, times, nest, std::move(kinds));
  return bytes;
}

std::map<std::string, int64_t> link_bytes(const Work& work, const System& system,
                                          const PrecisionInfo& precision, const RapidDsc& dsc) {
  const Traffic bytes = traffic(work, system, precision, dsc);
  std::map<std::string, int64_t> links = {
      {"external", bytes.external}, {"array_in", bytes.array_in}, {"array_out", bytes.array_out}};
  if (bytes.ring > 0) links["ring"] = bytes.ring;
  return links;
}

int64_t lower_bound_cycles(const Work& work, const System& system, const PrecisionInfo& precision) {
  const UnitTimes times(work, system, precision);
  const int64_t cores = system.chip.cores;
  const Rational peak = precision.macs_per_cycle(system.macs_per_core() * cores);
  int64_t in = 0, out = 0, outputs = 1;
  for (const Operand& operand : work.operands) {
    int64_t elems = 1;
    for (const AccessAxis& axis : operand.axes) elems *= axis_points_touched(axis, work.extent);
    (operand.role == Role::Out ? out : in) += packed_bytes(elems, precision.bits);
    if (operand.role == Role::Out) outputs = elems;
  }
  const int64_t bound = std::max(hold_cycles(work.macs(), peak),
                                 hold_cycles(in + out, system.chip.external_bytes_per_cycle()));
  if (work.kind == WorkKind::Move) return bound;
  const auto on_sfu = [&](int64_t points, int64_t cycles) {
    return ceil_div(ceil_div(points, cores), times.sfu_lanes) * cycles;
  };
  if (work.kind == WorkKind::Array) return std::max(bound, on_sfu(outputs, times.epilogue_cycles));
  return std::max({bound, on_sfu(work.points(), times.elementwise_cycles),
                   hold_cycles(ceil_div(in, cores), times.array_in.bytes_per_cycle),
                   hold_cycles(ceil_div(out, cores), times.array_out.bytes_per_cycle)});
}

}  // namespace tilewright
