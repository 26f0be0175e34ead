#include "dse/balanced/block_energy.h"

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/loop_nest.h"

namespace tilewright::balanced {

namespace {

// Calls each(extent, count) for the blocks of a tile.
template <class Each>
void for_blocks(int64_t tile, int64_t block, Each&& each) {
  if (tile >= block) each(block, tile / block);
  if (tile % block > 0) each(tile % block, 1);
}

}  // namespace

BlockEnergy::BlockEnergy(const Problem& problem, const Division& division, const Extents& tile,
                         const std::vector<OrderProfile>& profiles)
    : problem_(problem), profiles_(profiles), tile_(tile) {
  for (size_t k = 0; k < kDimCount; ++k) {
    size_t at = 0;
    while (division.tiles[k][at].tile != tile.values[k]) ++at;
    counts_[k] = &division.sums[k][at].counts;
    partial_tiles_ |=
        contains(problem.work.reduction, kDims[k]) && tile.values[k] < division.share.values[k];
  }
}

template <class Each>
void BlockEnergy::for_tiles(size_t k, Trips trips, Each&& each) const {
  for (const TileCount& c : *counts_[k])
    if ((c.ext > block_.values[k]) == (trips == kSeveral)) each(c);
}

int64_t BlockEnergy::steps(size_t k, int64_t shared) const {
  int64_t sum = 0;
  for (const TileCount& c : *counts_[k])
    for_blocks(c.ext, block_.values[k],
               [&](int64_t b, int64_t n) { sum += c.all * n * ceil_div(b, shared); });
  return sum;
}

int64_t BlockEnergy::reads(const UnrollClass& unroll, const Places& places) const {
  return problem_.read_energy(places, [&](size_t k, bool lanes) {
    return steps(k, (lanes ? unroll.lanes : unroll.unroll).values[k]);
  });
}

void BlockEnergy::take(const UnrollClass& unroll, const Places& places, const Extents& block) {
  unroll_ = &unroll;
  places_ = places;
  block_ = block;
  loops_ = 0;
  kinds_.assign(1, Kinds{});
  for (size_t k = 0; k < kDimCount; ++k) {
    const int64_t b = block.values[k];
    const bool loop = b < tile_.values[k];
    if (loop) loops_ |= bit(kDims[k]);
    dims_[k] = {};
    for (const TileCount& c : *counts_[k]) {
      Cut& cut = dims_[k][c.ext > b ? kSeveral : kOne];
      cut.tiles += c.all;
      cut.first += c.first;
      cut.blocks += c.all * ceil_div(c.ext, b);
    }
    const bool one = dims_[k][kOne].tiles > 0, several = dims_[k][kSeveral].tiles > 0;
    const size_t known = kinds_.size();
    for (size_t n = 0; n < known; ++n) {
      kinds_[n][k] = one ? kOne : kSeveral;
      if (!one || !several) continue;
      kinds_.push_back(kinds_[n]);
      kinds_.back()[k] = kSeveral;
    }
  }
  reads_ = reads(unroll, places);
  own_elems_.clear();
  for (const Kinds& kinds : kinds_)
    own_elems_.push_back({own_elems(0, kinds), own_elems(1, kinds)});
}

// Along one axis, points of all blocks of all tiles of these kinds; of what streams into PEs, in
// each of the array's steps.
int64_t BlockEnergy::axis_points_of(size_t x, size_t axis, const Kinds& kinds) const {
  const AccessAxis& a = problem_.work.operands[x].axes[axis];
  const bool in_steps = places_[x] == Place::Pe;
  const int64_t step = in_steps ? 0 : lattice_step(a, block_);
  Extents ext = Extents::filled(1);
  const auto points = [&] {
    return in_steps ? axis_points_in_steps(a, unroll_->unroll, ext) : axis_points(a, step, ext);
  };
  const auto along = [&](size_t term, auto&& inner) {
    if (term >= a.terms.size()) return inner();
    const auto k = static_cast<size_t>(a.terms[term].dim);
    int64_t sum = 0;
    for_tiles(k, kinds[k], [&](const TileCount& c) {
      for_blocks(c.ext, block_.values[k], [&](int64_t b, int64_t n) {
        ext.values[k] = b;
        sum += c.all * n * inner();
      });
    });
    return sum;
  };
  return along(0, [&] { return along(1, points); });
}

int64_t BlockEnergy::own_elems(size_t x, const Kinds& kinds) const {
  int64_t elems = 1;
  for (size_t a = 0; a < problem_.work.operands[x].axes.size(); ++a)
    elems *= axis_points_of(x, a, kinds);
  return elems;
}

// Energy of what leaves the array: partial sums come and go, and are added to.
int64_t BlockEnergy::drained(int depth, const std::vector<Dim>& order, const Kinds& kinds) const {
  const EnergyTable& table = problem_.system.energy;
  DimSet outside = 0, partial = 0, pending = 0;
  for (size_t l = 0; l < order.size(); ++l) {
    if (contains(problem_.work.reduction, order[l])) pending |= bit(order[l]);
    if (contains(problem_.out_dims, order[l])) partial = pending;
    if (static_cast<int>(l) < depth) outside |= bit(order[l]);
  }
  int64_t elems = 1, visits = 1, first = 1;
  for (size_t k = 0; k < kDimCount; ++k) {
    const Cut& cut = dims_[k][kinds[k]];
    if (contains(problem_.out_dims, kDims[k])) {
      int64_t own = 0;
      for_tiles(k, kinds[k], [&](const TileCount& c) { own += c.all * c.ext; });
      elems *= own;
    } else {
      visits *= contains(outside, kDims[k]) ? cut.blocks : cut.tiles;
      first *= cut.first;
    }
  }
  const bool in_lx = partial_tiles_ || partial != 0;
  const int64_t bits = in_lx ? kPartialSumBits : problem_.precision.bits;
  const int64_t byte = table.lx + (places_[2] == Place::Lrf ? table.lrf : table.accumulator);
  return packed_bytes(elems * (2 * visits - first), bits) * byte +
         elems * (visits - first) * table.sfu;
}

void BlockEnergy::add_kinds(const std::vector<Dim>& order, const Kinds& kinds,
                            std::vector<int64_t>& per_profile) const {
  const EnergyTable& table = problem_.system.energy;
  const std::array<int64_t, 2>& own = own_elems_[static_cast<size_t>(&kinds - kinds_.data())];
  int depth[3] = {-1, -1, -1};
  for (size_t l = 0; l < order.size(); ++l)
    for (size_t x = 0; x < 3; ++x)
      if (kinds[static_cast<size_t>(order[l])] == kSeveral && contains(problem_.dims[x], order[l]))
        depth[x] = static_cast<int>(l);
  int64_t common = drained(depth[2], order, kinds);
  for (size_t x = 0; x < 2; ++x) {
    const bool streamed = places_[x] == Place::Pe;
    DimSet outside = 0;
    for (int l = 0; l < depth[x]; ++l) outside |= bit(order[static_cast<size_t>(l)]);
    const int64_t byte =
        table.lx + (streamed ? 0 : (places_[x] == Place::Lrf ? table.lrf : table.l0));
    const auto times = [&](DimSet kept) {
      int64_t n = own[x];
      for (size_t k = 0; k < kDimCount; ++k) {
        if (contains(problem_.dims[x], kDims[k])) continue;
        const Cut& cut = dims_[k][kinds[k]];
        if (streamed) {
          int64_t sum = 0;
          for_tiles(k, kinds[k], [&](const TileCount& c) {
            for_blocks(c.ext, block_.values[k], [&](int64_t b, int64_t m) {
              sum += c.all * m * ceil_div(b, unroll_->unroll.values[k]);
            });
          });
          n *= sum;
        } else {
          n *= contains(outside, kDims[k]) ? cut.blocks
                                           : (contains(kept, kDims[k]) ? cut.first : cut.tiles);
        }
      }
      return problem_.bytes(n) * byte;
    };
    // What no block loop moves stays beside tile loops inside of those that move it.
    if (streamed || (problem_.dims[x] & loops_) != 0) {
      common += times(0);
      continue;
    }
    for (size_t p = 0; p < profiles_.size(); ++p)
      per_profile[p] += times(static_cast<DimSet>(~problem_.dims[x] & ~profiles_[p].again[x]));
  }
  for (int64_t& energy : per_profile) energy += common;
}

void BlockEnergy::of(const std::vector<Dim>& order, std::vector<int64_t>& per_profile) const {
  per_profile.assign(profiles_.size(), reads_);
  for (const Kinds& kinds : kinds_) add_kinds(order, kinds, per_profile);
}

}  // namespace tilewright::balanced
