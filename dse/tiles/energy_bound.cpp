#include "dse/tiles/energy_bound.h"

#include <algorithm>

namespace tilewright {

namespace {

using overlap::Cut;
using overlap::Cuts;
using overlap::Flow;
using overlap::LevelBound;
using overlap::steps_of;

Flow flow_of(const Problem& problem, const UnrollClass& unroll, const Places& places) {
  Flow flow;
  flow.inner = places;
  flow.unroll = unroll.unroll;
  flow.lanes = unroll.lanes;
  // Sums at the columns: reduced dims lie along rows alone.
  for (Dim d : kDims)
    if (contains(problem.work.reduction, d)) flow.summed[d] = unroll.unroll[d];
  return flow;
}

// The least of any tiles and blocks, of a layer that is not divided.
Cuts whole(const Problem& problem, const Flow& flow) {
  Cuts cuts;
  for (size_t k = 0; k < kDimCount; ++k) {
    const int64_t n = problem.work.extent.values[k];
    cuts[k].all_steps = cuts[k].steps = ceil_div(n, flow.unroll.values[k]);
    cuts[k].all_lane_steps = ceil_div(n, flow.lanes.values[k]);
    cuts[k].all_summed_steps = ceil_div(n, flow.summed.values[k]);
    cuts[k].exact = n == 1;
  }
  return cuts;
}

}  // namespace

EnergyTables::EnergyTables(const Problem& problem) : orders(problem, true) {
  if (!problem.objective.counts_energy()) return;
  orders.make_all();
  overlap::TileSums sums(problem, CoreDivision{}, true);
  const LevelBound bound(problem, CoreDivision{}, sums);
  const bool with_l0 = problem.work.kind == WorkKind::Array && problem.system.array.l0_bytes > 0;
  const auto least = [&](const Flow& flow) {
    const Cuts cuts = whole(problem, flow);
    return bound.pair(flow, cuts, LevelBound::kIdeal, LevelBound::kIdeal).femtojoules -
           (with_l0 ? bound.load_energy(flow, cuts) : 0);
  };
  if (problem.work.kind != WorkKind::Array) {
    array = least({});
    return;
  }
  array = INT64_MAX;
  for (const UnrollClass& unroll : problem.unrolls)
    for (const Places& places : problem.inner_places)
      array = std::min(array, least(flow_of(problem, unroll, places)));
}

EnergyBound::EnergyBound(const Problem& problem, const EnergyTables& tables,
                         const Division& division)
    : problem_(problem),
      tables_(tables),
      division_(division),
      sums_(problem, division.cores, true),
      bound_(problem, division.cores, sums_) {
  bound_.count_loads();
}

int64_t EnergyBound::least(const TileBox& box) {
  std::array<int, kDimCount> plateaus{};
  DimSet loops = 0;
  Extents trips;
  for (size_t k = 0; k < kDimCount; ++k) {
    const Dim d = kDims[k];
    const int plateau = sums_.plateau_of(d, box.hi[k]);
    const bool decided = box.lo[k] >= sums_.dim(d).plateaus[static_cast<size_t>(plateau)].least;
    plateaus[k] = decided ? plateau : overlap::TileSums::kAny;
    trips.values[k] = ceil_div(division_.share.values[k], box.hi[k]);
    if (decided && plateau > 0) loops |= bit(d);
  }
  int64_t outside = INT64_MAX;
  for (const overlap::Profile& order : tables_.orders.known(loops))
    outside = std::min(outside, bound_.outside(order, plateaus).femtojoules);
  return tables_.array + bound_.more_drains(trips) + outside;
}

TileEnergy::TileEnergy(const Problem& problem, const EnergyTables& tables, const Division& division,
                       const Extents& tile)
    : problem_(problem),
      tile_(tile),
      sums_(problem, division.cores, true),
      bound_(problem, division.cores, sums_) {
  DimSet loops = 0;
  for (Dim d : kDims)
    if (tile[d] < division.share[d]) loops |= bit(d);
  outside_ = INT64_MAX;
  for (const overlap::Profile& order : tables.orders.known(loops))
    outside_ = std::min(outside_, bound_.outside(order, tile).femtojoules);
}

int64_t TileEnergy::outside(const TileProgram& program) {
  return bound_.outside(overlap::profile_of(problem_, program.order), tile_, program.slides)
      .femtojoules;
}

Cut TileEnergy::cut(Dim d, const Flow& flow, int64_t least, int64_t most) const {
  const overlap::TileSums::Dimension& dim = sums_.dim(d);
  const int64_t t = tile_[d];
  Cut c;
  c.t = t;
  c.b = least;
  c.exact = least == most;
  c.trips = ceil_div(dim.share, t);
  c.blocked = most < t;
  c.fewest_blocks = INT64_MAX;
  c.tiles = c.all_blocks = c.all_steps = c.all_lane_steps = c.all_summed_steps = 0;
  // Of one block size the exact number of steps, of several what one block makes.
  const auto steps = [&](int64_t extent, int64_t unroll) {
    return c.exact ? steps_of(extent, least, unroll) : ceil_div(extent, unroll);
  };
  c.blocks = c.steps = 0;
  const auto add = [&](int64_t extent, int64_t count, bool largest) {
    if (extent == 0 || count == 0) return;
    const int64_t blocks = ceil_div(extent, most);
    c.fewest_blocks = std::min(c.fewest_blocks, blocks);
    if (largest) {
      c.blocks += count * blocks;
      c.steps += count * steps(extent, flow.unroll[d]);
      return;
    }
    c.tiles += count;
    c.all_blocks += count * blocks;
    c.all_steps += count * steps(extent, flow.unroll[d]);
    c.all_lane_steps += count * steps(extent, flow.lanes[d]);
    c.all_summed_steps += count * steps(extent, flow.summed[d]);
  };
  add(t, dim.share / t, true);
  add(dim.share % t, 1, true);
  for (const auto& [size, count] : dim.sizes) {
    add(t, count * (size / t), false);
    add(size % t, count, false);
  }
  return c;
}

int64_t TileEnergy::elementwise() const {
  Cuts cuts;
  for (size_t k = 0; k < kDimCount; ++k)
    cuts[k] = cut(kDims[k], {}, tile_.values[k], tile_.values[k]);
  return bound_.pair({}, cuts, LevelBound::kIdeal, LevelBound::kIdeal).femtojoules;
}

int64_t TileEnergy::array(const UnrollClass& unroll) const {
  int64_t least = INT64_MAX;
  for (const Places& places : problem_.inner_places) {
    const Flow flow = flow_of(problem_, unroll, places);
    Cuts cuts;
    for (size_t k = 0; k < kDimCount; ++k) {
      cuts[k] = cut(kDims[k], flow, 1, tile_.values[k]);
      cuts[k].blocked = false;  // or not: nothing is known
    }
    least = std::min(least,
                     bound_.pair(flow, cuts, LevelBound::kIdeal, LevelBound::kIdeal).femtojoules);
  }
  return least;
}

int64_t TileEnergy::array(const BlockFamily& family) {
  const auto same_order = [&] {
    return std::equal(family.order.begin(), family.order.begin() + family.loops,
                      last_.order.begin());
  };
  const auto same_cuts = [&] {
    for (size_t k = 0; k < kDimCount; ++k)
      if (family.cut[k].lo != last_.cut[k].lo || family.cut[k].hi != last_.cut[k].hi) return false;
    return true;
  };
  if (family.unroll == last_.unroll && family.places == last_.places &&
      family.loops == last_.loops && same_order() && same_cuts())
    return last_energy_;
  if (family.unroll != last_.unroll)
    for (std::vector<Known>& known : known_) known.clear();
  const Flow flow = flow_of(problem_, *family.unroll, *family.places);
  Cuts cuts;
  for (size_t k = 0; k < kDimCount; ++k) {
    const int64_t least = family.cut[k].lo, most = family.cut[k].hi;
    std::vector<Known>& known = known_[k];
    if (known.empty()) known.resize(static_cast<size_t>(tile_.values[k]) + 1);
    Known& at = known[static_cast<size_t>(least)];
    if (at.most != most) at = {cut(kDims[k], flow, least, most), most};
    cuts[k] = at.cut;
  }
  last_ = family;
  const overlap::Profile blocks =
      overlap::profile_of(problem_, {family.order.data(), static_cast<size_t>(family.loops)});
  last_energy_ = bound_.pair(flow, cuts, LevelBound::kIdeal, blocks).femtojoules;
  return last_energy_;
}

int64_t TileEnergy::array(const BlockFamily& family, const Extents& block,
                          const TileProgram& program) const {
  const Flow flow = flow_of(problem_, *family.unroll, *family.places);
  Cuts cuts;
  for (size_t k = 0; k < kDimCount; ++k)
    cuts[k] = cut(kDims[k], flow, block.values[k], block.values[k]);
  const overlap::Profile blocks =
      overlap::profile_of(problem_, {family.order.data(), static_cast<size_t>(family.loops)});
  return bound_.pair(flow, cuts, overlap::profile_of(problem_, program.order), blocks).femtojoules;
}

}  // namespace tilewright
