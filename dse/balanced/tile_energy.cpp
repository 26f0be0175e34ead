#include "dse/balanced/tile_energy.h"

#include <algorithm>

#include "compiler/mapping/capacity.h"

namespace tilewright::balanced {

// One tile and what has been worked out for it.
struct TileEnergy::Query {
  const TileChoice& choice;
  DimSet decided = 0, several = 0;
  std::array<int64_t, kMostOperands> once{};  // external energy of each operand, fetched once
  std::array<int64_t, kDimCount> trips{};
  mutable std::array<int64_t, kWays * kWays> known{};  // external(), by ways
};

TileEnergy::TileEnergy(const Problem& problem, const Division& division)
    : problem_(problem), division_(division), places_(places(problem.system)) {
  const EnergyTable& table = problem.system.energy;
  int64_t cores = 1;
  for (Dim d : kDims) cores *= division.parts[d];
  for (size_t x = 0; x < problem.operands; ++x)
    byte_energy_[x] =
        table.external + table.lx * (x == problem.out ? 1 : cores / division.pieces[x]);
  std::vector<std::pair<int64_t, const UnrollClass*>> order;
  for (const UnrollClass& u : problem.unrolls) order.emplace_back(at_array(u, TileChoice{}), &u);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [energy, unroll] : order) {
    whole_energy_.push_back(energy);
    unrolls_.push_back(unroll);
  }
}

// [E2], [E3] with blocks as large as tiles: smaller ones read no less.
int64_t TileEnergy::reads(const UnrollClass& unroll, const Places& places,
                          const TileChoice& choice) const {
  return problem_.read_energy(places, [&](size_t k, bool lanes) {
    const TileSums& sums = division_.sum(choice, k);
    return lanes ? sums.lane_steps[unroll.lane_value[k]] : sums.steps[unroll.value[k]];
  });
}

// What passes Lx into L0 or LRF: each tile once, and again for other tile loops but those over
// `kept`.
int64_t TileEnergy::brought(size_t x, Way way, const TileChoice& choice, DimSet kept) const {
  const EnergyTable& table = problem_.system.energy;
  const bool lrf = way == Way::Lrf || way == Way::LrfAgain;
  int64_t elems = division_.constant[x];
  for (size_t k = 0; k < kDimCount; ++k) {
    const TileSums& sums = division_.sum(choice, k);
    if (contains(problem_.dims[x], kDims[k]))
      elems *= sums.at_array[x];
    else
      elems *= contains(kept, kDims[k]) ? sums.first : sums.all;
  }
  return problem_.bytes(elems) * (table.lx + (lrf ? table.lrf : table.l0));
}

int64_t TileEnergy::streamed(size_t x, const UnrollClass& unroll, const TileChoice& choice) const {
  int64_t elems = division_.constant[x];
  for (size_t k = 0; k < kDimCount; ++k) {
    const TileSums& sums = division_.sum(choice, k);
    if (!contains(problem_.dims[x], kDims[k])) elems *= sums.steps[unroll.value[k]];
    for (const TileSums::Streamed& axis : sums.streamed)
      if (axis.operand == x) elems *= axis.points[unroll.axis_value[x][axis.axis]];
  }
  return problem_.bytes(elems) * problem_.system.energy.lx;
}

// OUT leaves the array, or an element-wise instruction, once per tile; but for the first time
// partial sums are read, added to and written.
int64_t TileEnergy::drained(const TileChoice& choice) const {
  const EnergyTable& table = problem_.system.energy;
  int64_t elems = 1, times = 1;
  for (size_t k = 0; k < kDimCount; ++k) {
    if (contains(problem_.out_dims, kDims[k])) elems *= problem_.work.extent.values[k];
    if (contains(problem_.work.reduction, kDims[k])) times *= division_.sum(choice, k).all;
  }
  const int64_t bits = times > 1 ? kPartialSumBits : problem_.precision.bits;
  int64_t byte = table.lx;
  if (problem_.work.kind == WorkKind::Array) {
    const bool acc = problem_.system.array.accumulators > 0;
    const bool lrf = problem_.system.array.sums_in_lrf;
    byte +=
        acc && lrf ? std::min(table.accumulator, table.lrf) : (acc ? table.accumulator : table.lrf);
  }
  const int64_t added = problem_.work.kind == WorkKind::Array ? elems * (times - 1) * table.sfu : 0;
  return packed_bytes(elems * (2 * times - 1), bits) * byte + added;
}

int64_t TileEnergy::off_array(const TileChoice& choice) const {
  if (problem_.work.kind == WorkKind::Move) return 0;
  int64_t bytes = 0;
  for (size_t x = 0; x < problem_.operands; ++x) {
    if (x == problem_.out) continue;
    int64_t read = division_.constant[x];
    for (size_t k = 0; k < kDimCount; ++k) {
      const TileSums& sums = division_.sum(choice, k);
      read *= contains(problem_.dims[x], kDims[k]) ? sums.at_array[x] : sums.all;
    }
    bytes += problem_.bytes(read);
  }
  return bytes * problem_.system.energy.lx + drained(choice);
}

// The least over the orders of tile loops, of what crosses the external link and, for operands that
// do not stream, what then comes to the array.
int64_t TileEnergy::external(const Query& query, Way inp, Way ker) const {
  int64_t& least = query.known[static_cast<size_t>(inp) * kWays + static_cast<size_t>(ker)];
  if (least >= 0) return least;
  const Way ways[2] = {inp, ker};
  for (const OrderProfile& profile : problem_.profiles(query.several)) {
    int64_t sum = 0;
    for (size_t x = 0; x < problem_.operands; ++x) {
      int64_t moved = query.once[x];
      for (size_t k = 0; k < kDimCount; ++k)
        if (contains(profile.again[x], kDims[k])) moved *= query.trips[k];
      sum += moved;
      if (problem_.work.kind != WorkKind::Array || x > 1 || ways[x] == Way::Streamed) continue;
      const bool again = ways[x] == Way::L0Again || ways[x] == Way::LrfAgain;
      const auto kept = static_cast<DimSet>(~problem_.dims[x] & ~profile.again[x]);
      sum += brought(x, ways[x], query.choice, again ? DimSet{0} : kept);
    }
    if (least < 0 || sum < least) least = sum;
  }
  return least;
}

// Whether a whole tile may be one block of some dataflow.
bool TileEnergy::fits(size_t x, Place place, const UnrollClass& unroll, const Extents& tile) const {
  const ArrayTier& array = problem_.system.array;
  return std::any_of(unroll.flows.begin(), unroll.flows.end(), [&](size_t f) {
    const Dataflow& flow = problem_.flows[f];
    if (flow.inner[x] != place) return false;
    return problem_.bytes(block_elems(problem_.work.operands[x], flow.p, tile, place)) <=
           (place == Place::Lrf ? array.lrf_bytes : array.l0_bytes);
  });
}

// Whether some dataflow of the class has its operands there.
bool TileEnergy::has(const UnrollClass& unroll, const Places& places) const {
  return std::any_of(unroll.flows.begin(), unroll.flows.end(),
                     [&](size_t f) { return problem_.flows[f].inner == places; });
}

int64_t TileEnergy::at_array(const UnrollClass& unroll, const TileChoice& choice) const {
  int64_t least = -1;
  for (const Places& places : places_) {
    if (!has(unroll, places)) continue;
    int64_t energy = reads(unroll, places, choice);
    for (size_t x = 0; x < 2; ++x)
      energy += places[x] == Place::Pe ? streamed(x, unroll, choice)
                                       : brought(x, places[x] == Place::Lrf ? Way::Lrf : Way::L0,
                                                 choice, static_cast<DimSet>(~problem_.dims[x]));
    if (least < 0 || energy < least) least = energy;
  }
  return least;
}

// At most `none`.
int64_t TileEnergy::of_unroll(const Query& query, const UnrollClass& unroll, int64_t none) const {
  int64_t least = none;
  for (const Places& places : places_) {
    if (!has(unroll, places)) continue;
    int64_t energy = reads(unroll, places, query.choice);
    Way ways[2] = {Way::Streamed, Way::Streamed};
    for (size_t x = 0; x < 2; ++x) {
      if (places[x] == Place::Pe)
        energy += streamed(x, unroll, query.choice);
      else
        ways[x] = places[x] == Place::Lrf ? Way::Lrf : Way::L0;
    }
    if (energy + external(query, ways[0], ways[1]) >= least) continue;
    const Extents tile = division_.extents(query.choice);
    for (size_t x = 0; x < 2; ++x)
      if (ways[x] != Way::Streamed && (problem_.dims[x] & ~query.decided) == 0 &&
          !fits(x, places[x], unroll, tile))
        ways[x] = places[x] == Place::Lrf ? Way::LrfAgain : Way::L0Again;
    least = std::min(least, energy + external(query, ways[0], ways[1]));
  }
  return least;
}

int64_t TileEnergy::least(const TileChoice& choice, DimSet decided) const {
  Query query{choice, decided, 0, {}, {}, {}};
  query.known.fill(-1);
  for (size_t k = 0; k < kDimCount; ++k) {
    query.trips[k] = division_.tiles[k][choice[k]].trips;
    if (query.trips[k] > 1) query.several |= bit(kDims[k]);
  }
  for (size_t x = 0; x < problem_.operands; ++x) {
    // What smaller tiles could make cheaper counts only when decided.
    if (!division_.monotone[x] && (problem_.dims[x] & ~decided) != 0) continue;
    int64_t elems = division_.constant[x];
    for (size_t k = 0; k < kDimCount; ++k)
      if (contains(problem_.dims[x], kDims[k])) elems *= division_.sum(choice, k).inside[x];
    query.once[x] = problem_.bytes(elems) * byte_energy_[x];
  }
  if (problem_.work.kind != WorkKind::Array)
    return problem_.fixed_energy + external(query, Way::Streamed, Way::Streamed) +
           off_array(choice);
  const int64_t outside = external(query, Way::Streamed, Way::Streamed);
  int64_t least = INT64_MAX;
  for (size_t u = 0; u < unrolls_.size(); ++u) {
    if (whole_energy_[u] + outside >= least) break;
    least = std::min(least, of_unroll(query, *unrolls_[u], least));
  }
  return least + problem_.fixed_energy + drained(choice);
}

}  // namespace tilewright::balanced
