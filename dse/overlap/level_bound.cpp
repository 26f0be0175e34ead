#include "dse/overlap/level_bound.h"

#include <algorithm>
#include <numeric>

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/ring.h"

namespace tilewright::overlap {

namespace {

// Points along an axis of two terms, over n0 by n1 pieces that cut extents e0 and e1: linear in
// either number.
int64_t window_points(const AccessAxis& axis, int64_t step, const std::array<int64_t, 2>& extent,
                      const std::array<int64_t, 2>& pieces) {
  const int64_t c0 = axis.terms[0].coefficient, c1 = axis.terms[1].coefficient;
  return (c0 * (extent[0] - pieces[0]) * pieces[1] + c1 * (extent[1] - pieces[1]) * pieces[0]) /
             step +
         pieces[0] * pieces[1];
}

}  // namespace

const Profile LevelBound::kIdeal = [] {
  Profile ideal;
  ideal.innermost.fill(-1);
  return ideal;
}();

LevelBound::LevelBound(const Problem& problem, const CoreDivision& cores, TileSums& sums)
    : problem_(problem), sums_(sums) {
  const Work& work = problem.work;
  for (Dim d : kDims) {
    share_[d] = sums.dim(d).share;
    cores_ *= cores.parts[d];
    if (contains(problem.out_dims, d)) {
      outputs_ *= work.extent[d];
      own_outputs_ *= share_[d];
    }
    if (contains(work.reduction, d)) members_ *= cores.parts[d];
  }
  for (size_t x = 0; x < problem.operands; ++x) {
    copies_[x] = cores_;
    for (Dim d : kDims)
      if (contains(problem.dims[x], d)) copies_[x] /= cores.parts[d];
  }
  reduces_ = members_ > 1;
  finishes_ = reduces_ && work.kind == WorkKind::Array &&
              (work.find(Role::Bias) != nullptr || !work.expr.steps.empty());
  RapidDsc dsc;
  dsc.n = work.extent;
  dsc.core_d = cores;
  int64_t messages = 0;
  for (const RingRound& round : reduction_rounds(dsc, work.reduction)) {
    messages += round.messages;
    ring_bytes_ += outputs_ * kPartialSumBytes;
    ring_energy_ += outputs_ * kPartialSumBytes * round.hops * problem.system.energy.ring;
  }
  ring_cycles_ =
      hold_cycles(own_outputs_ * kPartialSumBytes * messages, problem.times.ring.bytes_per_cycle);
}

int64_t LevelBound::tiles_of(Dim d, int64_t tile) const {
  int64_t tiles = 0;
  for (const auto& [size, count] : sums_.dim(d).sizes) tiles += count * ceil_div(size, tile);
  return tiles;
}

template <class Points>
Outside LevelBound::moved(const Profile& order, const Extents& tile, Points&& points) const {
  const EnergyTable& table = problem_.system.energy;
  const auto rounded = [&](int64_t bytes) {
    return round_up(bytes, problem_.times.granule.value());
  };
  Outside all;
  for (size_t x = 0; x < problem_.operands; ++x) {
    int64_t times = 1, elems = 1, loaded = 1;
    for (Dim d : kDims)
      if (contains(order.again[x], d)) times *= ceil_div(share_[d], tile[d]);
    for (size_t a = 0; a < problem_.work.operands[x].axes.size(); ++a) {
      const int64_t fetched = points(x, a);
      elems *= fetched;
      if (x < 2 && load_rate_ > 0) loaded *= touched_[x][a] > 0 ? touched_[x][a] : fetched;
    }
    int64_t bytes = times * rounded(problem_.bytes(elems));
    if (x == problem_.out)
      bytes = rounded(problem_.bytes(elems)) + 2 * (times - 1) * rounded(elems * kPartialSumBytes);
    all.bytes += bytes;
    all.femtojoules += bytes * (table.external + table.lx * (x == problem_.out ? 1 : copies_[x]));
    if (x < 2 && load_rate_ > 0) {
      for (Dim d : kDims)
        if (!contains(problem_.dims[x], d))
          loaded *= tiles_of(d, contains(order.again[x], d) ? tile[d] : share_[d]);
      all.femtojoules += problem_.bytes(loaded) * load_rate_;
    }
  }
  return all;
}

void LevelBound::count_loads() {
  const ArrayTier& a = problem_.system.array;
  if (problem_.work.kind != WorkKind::Array || a.l0_bytes == 0) return;
  const EnergyTable& table = problem_.system.energy;
  load_rate_ = table.lx + (a.lrf_bytes > 0 ? std::min(table.l0, table.lrf) : table.l0);
  const Extents& n = problem_.work.extent;
  for (size_t x = 0; x < 2; ++x)
    for (const AccessAxis& axis : problem_.work.operands[x].axes) {
      const bool holes = std::any_of(
          axis.terms.begin(), axis.terms.end(),
          [&](const AccessTerm& term) { return term.coefficient > 1 && n[term.dim] > 1; });
      touched_[x].push_back(holes ? axis_points_touched(axis, n) : 0);
    }
}

int64_t LevelBound::load_energy(const Flow& flow, const Cuts& cuts) const {
  const EnergyTable& table = problem_.system.energy;
  int64_t energy = 0;
  for (size_t x = 0; x < 2; ++x)
    energy += loads(x, flow, cuts, kIdeal, kIdeal).all *
              (table.lx + (flow.inner[x] == Place::Lrf ? table.lrf : table.l0));
  return energy;
}

Outside LevelBound::outside(const Profile& order, const std::array<int, kDimCount>& plateaus) {
  Extents tile = share_;
  bool whole = true;
  for (size_t k = 0; k < kDimCount; ++k) {
    whole = whole && plateaus[k] != TileSums::kAny;
    if (plateaus[k] != TileSums::kAny)
      tile.values[k] = sums_.dim(kDims[k]).plateaus[static_cast<size_t>(plateaus[k])].most;
  }
  return moved(order, tile, [&](size_t x, size_t a) {
    const int slides = whole ? order.innermost[x] : TileSums::kAny;
    return sums_.least_points(x, a, plateaus, slides);
  });
}

Outside LevelBound::outside(const Profile& order, const Extents& tile) {
  return moved(order, tile, [&](size_t x, size_t a) {
    return std::min(sums_.points(x, a, tile, -1), sums_.points(x, a, tile, order.innermost[x]));
  });
}

Outside LevelBound::outside(const Profile& order, const Extents& tile, uint32_t slides) {
  return moved(order, tile, [&](size_t x, size_t a) {
    return sums_.points(x, a, tile, (slides >> x & 1) != 0 ? order.innermost[x] : -1);
  });
}

int64_t LevelBound::more_drains(const Extents& trips) const {
  if (reduces_ || problem_.work.kind == WorkKind::Move) return 0;
  const EnergyTable& table = problem_.system.energy;
  int64_t visits = 1;
  for (Dim d : kDims)
    if (contains(problem_.work.reduction, d)) visits *= trips[d];
  if (visits == 1) return 0;
  const int64_t bytes = outputs_ * kPartialSumBytes * (2 * visits - 1) - problem_.bytes(outputs_);
  if (problem_.work.kind == WorkKind::Sfu) return bytes * table.lx;
  return bytes * (table.lx + std::min(table.lrf, table.accumulator)) +
         outputs_ * (visits - 1) * table.sfu;
}

Measure LevelBound::value(const Pair& pair, const Outside& outside) const {
  const int64_t external = hold_cycles(outside.bytes, problem_.times.external_bandwidth);
  return problem_.value(std::max({pair.cycles, external, ring_cycles_}),
                        pair.femtojoules + outside.femtojoules);
}

Measure LevelBound::value(const Flow& flow, const Cuts& cuts, const Outside& outside,
                          const Profile& tiles, const Profile& blocks) const {
  return value(pair(flow, cuts, tiles, blocks), outside);
}

LevelBound::Pair LevelBound::pair(const Flow& flow, const Cuts& cuts, const Profile& tiles,
                                  const Profile& blocks) const {
  switch (problem_.work.kind) {
    case WorkKind::Array:
      return array(flow, cuts, tiles, blocks);
    case WorkKind::Sfu:
      return elementwise(cuts);
    case WorkKind::Move:
      break;
  }
  return {0, problem_.fixed_energy};
}

// Elements of an operand over all boxes that count(dim, of all cores) pieces along its dims make.
template <class Count>
LevelBound::Bytes LevelBound::elems(size_t operand, const Lattice& lattice, const Cuts& cuts,
                                    Count&& count) const {
  Bytes result{1, 1};
  const Work& work = problem_.work;
  for (const AccessAxis& axis : work.operands[operand].axes) {
    std::array<Dim, 2> dims{};
    size_t several = 0;
    for (const AccessTerm& term : axis.terms)
      if (work.extent[term.dim] > 1) dims[several++] = term.dim;
    if (several == 0) continue;
    if (several == 1) {
      result.one *= share_[dims[0]];
      result.all *= work.extent[dims[0]];
      continue;
    }
    const int64_t c0 = axis.terms[0].coefficient, c1 = axis.terms[1].coefficient;
    const Cut &a = cuts[static_cast<size_t>(dims[0])], &b = cuts[static_cast<size_t>(dims[1])];
    const auto points = [&](bool all) {
      const Extents& whole = all ? work.extent : share_;
      const std::array<int64_t, 2> extent{whole[dims[0]], whole[dims[1]]};
      const std::array<int64_t, 2> least{count(dims[0], all), count(dims[1], all)};
      int64_t step = std::max(c0, c1);
      if (lattice.known || (a.exact && b.exact))
        step = std::max<int64_t>(
            1, std::gcd(lattice.box[dims[0]] > 1 ? c0 : 0, lattice.box[dims[1]] > 1 ? c1 : 0));
      int64_t fewest = INT64_MAX;
      for (const int64_t n0 : {least[0], a.exact ? least[0] : extent[0]})
        for (const int64_t n1 : {least[1], b.exact ? least[1] : extent[1]})
          fewest = std::min(fewest, window_points(axis, step, extent, {n0, n1}));
      return fewest;
    };
    result.one *= points(false);
    result.all *= points(true);
  }
  return result;
}

// As often as pieces of the other dims go on.
template <class Count>
void LevelBound::repeat(Bytes& n, size_t operand, Count&& count) const {
  for (Dim d : kDims) {
    if (contains(problem_.dims[operand], d)) continue;
    n.one *= count(d, false);
    n.all *= count(d, true);
  }
}

// [C7]
LevelBound::Bytes LevelBound::streams(size_t x, const Flow& flow, const Cuts& cuts) const {
  const auto steps = [&](Dim d, bool all) {
    const Cut& c = cuts[static_cast<size_t>(d)];
    return all ? c.all_steps : c.steps;
  };
  Bytes n = elems(x, {flow.unroll, true}, cuts, steps);
  repeat(n, x, steps);
  return {problem_.bytes(n.one), problem_.bytes(n.all)};
}

LevelBound::Bytes LevelBound::loads(size_t x, const Flow& flow, const Cuts& cuts,
                                    const Profile& tiles, const Profile& blocks) const {
  if (flow.inner[x] == Place::Pe) return streams(x, flow, cuts);
  Lattice lattice;
  bool moves = false;
  for (Dim d : kDims) {
    const Cut& c = cuts[static_cast<size_t>(d)];
    lattice.box[d] = c.b;
    moves = moves || (contains(problem_.dims[x], d) && c.blocked);
  }
  Bytes n = elems(x, lattice, cuts, [&](Dim d, bool all) {
    const Cut& c = cuts[static_cast<size_t>(d)];
    return all ? c.all_blocks : c.blocks;
  });
  // Where the innermost loop has one block in some tile, those outside may not count there.
  const int innermost = blocks.innermost[x];
  const bool all_again = innermost >= 0 && cuts[static_cast<size_t>(innermost)].fewest_blocks > 1;
  for (Dim d : kDims) {
    if (contains(problem_.dims[x], d)) continue;
    const Cut& c = cuts[static_cast<size_t>(d)];
    if (all_again && contains(blocks.again[x], d)) {
      n.one *= c.blocks;
      n.all *= c.all_blocks;
    } else if (moves || contains(tiles.again[x], d)) {
      n.one *= c.trips;
      n.all *= c.tiles;
    } else {
      int64_t copies = 0;
      for (const auto& [size, count] : sums_.dim(d).sizes) copies += count;
      n.all *= copies;
    }
  }
  return {problem_.bytes(n.one), problem_.bytes(n.all)};
}

bool LevelBound::partial(const Cuts& cuts, const Profile& blocks) const {
  bool partial = reduces_;
  for (Dim d : kDims) {
    const Cut& c = cuts[static_cast<size_t>(d)];
    if (contains(problem_.work.reduction, d))
      partial = partial || c.trips > 1 || contains(blocks.again[problem_.out], d);
  }
  return partial;
}

LevelBound::Pair LevelBound::array(const Flow& flow, const Cuts& cuts, const Profile& tiles,
                                   const Profile& blocks) const {
  const Work& work = problem_.work;
  const UnitTimes& times = problem_.times;
  const EnergyTable& table = problem_.system.energy;
  int64_t steps = 1;
  for (const Cut& c : cuts) steps *= c.steps;

  // Drains.
  const int innermost = blocks.innermost[problem_.out];
  const bool all_again = innermost >= 0 && cuts[static_cast<size_t>(innermost)].fewest_blocks > 1;
  Bytes visits{1, 1};
  for (Dim d : kDims) {
    if (!contains(work.reduction, d)) continue;
    const Cut& c = cuts[static_cast<size_t>(d)];
    const bool again = all_again && contains(blocks.again[problem_.out], d);
    visits.one *= again ? c.blocks : c.trips;
    visits.all *= again ? c.all_blocks : c.tiles;
  }
  const bool sums = partial(cuts, blocks);
  const auto cells = [&](int64_t n) { return sums ? n * kPartialSumBytes : problem_.bytes(n); };
  Bytes out{cells(own_outputs_ * (2 * visits.one - 1)),
            cells(outputs_ * (2 * visits.all - members_))};
  const int64_t added = outputs_ * (visits.all - members_);
  int64_t energy = problem_.fixed_energy +
                   out.all * (flow.inner[2] == Place::Lrf ? table.lrf : table.accumulator);
  energy += (added + ring_bytes_ / kPartialSumBytes) * table.sfu + ring_energy_;

  Bytes in;
  for (size_t x = 0; x < 2; ++x) {
    const Bytes load = loads(x, flow, cuts, tiles, blocks);
    in.one += load.one;
    in.all += load.all;
    if (flow.inner[x] == Place::Lrf) energy += load.all * table.lrf;
    if (flow.inner[x] == Place::L0) energy += load.all * table.l0;
  }
  if (finishes_) {
    out.one += own_outputs_ * kPartialSumBytes;
    out.all += outputs_ * kPartialSumBytes;
    in.one += own_outputs_ * kPartialSumBytes;
    in.all += outputs_ * kPartialSumBytes;
  }
  energy += (in.all + out.all + 3 * ring_bytes_) * table.lx;

  // Reads beside the arrays, and their sums.
  const auto product = [&](DimSet whole, auto member) {
    int64_t n = 1;
    for (size_t k = 0; k < kDimCount; ++k)
      n *= contains(whole, kDims[k]) ? work.extent.values[k] : cuts[k].*member;
    return n;
  };
  for (size_t x = 0; x < 2; ++x) {
    if (flow.inner[x] == Place::Lrf)
      energy += problem_.bytes(product(problem_.dims[x], &Cut::all_lane_steps)) * table.lrf;
    if (flow.inner[x] == Place::L0)
      energy += problem_.bytes(product(problem_.dims[x], &Cut::all_steps)) * table.l0;
  }
  if (flow.inner[2] == Place::Lrf)
    energy += 2 * kPartialSumBytes * work.macs() * table.lrf;
  else
    energy += 2 * kPartialSumBytes * table.accumulator *
              product(static_cast<DimSet>(~work.reduction), &Cut::all_summed_steps);

  const int64_t sfu = ceil_div(own_outputs_, times.sfu_lanes.value()) * times.epilogue_cycles;
  return {std::max({ceil_mul(steps, times.mac_cycles), sfu,
                    hold_cycles(in.one, times.array_in.bytes_per_cycle),
                    hold_cycles(out.one, times.array_out.bytes_per_cycle)}),
          energy};
}

LevelBound::Pair LevelBound::elementwise(const Cuts& cuts) const {
  const UnitTimes& times = problem_.times;
  Lattice lattice;
  int64_t points = 1;
  Bytes visits{1, 1}, in;
  for (Dim d : kDims) {
    const Cut& c = cuts[static_cast<size_t>(d)];
    lattice.box[d] = c.t;
    points *= share_[d];
    if (!contains(problem_.work.reduction, d)) continue;
    visits.one *= c.trips;
    visits.all *= c.tiles;
  }
  for (size_t x = 0; x < problem_.operands; ++x) {
    if (x == problem_.out) continue;
    const auto tiles = [&](Dim d, bool all) {
      const Cut& c = cuts[static_cast<size_t>(d)];
      return all ? c.tiles : c.trips;
    };
    Bytes n = elems(x, lattice, cuts, tiles);
    repeat(n, x, tiles);
    in.one += problem_.bytes(n.one);
    in.all += problem_.bytes(n.all);
  }
  const bool sums = partial(cuts, kIdeal);
  const auto cells = [&](int64_t n) { return sums ? n * kPartialSumBytes : problem_.bytes(n); };
  const int64_t out_one = cells(own_outputs_ * (2 * visits.one - 1));
  const int64_t out_all = cells(outputs_ * (2 * visits.all - members_));
  const EnergyTable& table = problem_.system.energy;
  const int64_t energy = problem_.fixed_energy + (in.all + out_all + 3 * ring_bytes_) * table.lx +
                         ring_bytes_ / kPartialSumBytes * table.sfu + ring_energy_;
  return {std::max({times.elementwise(points), hold_cycles(in.one, times.array_in.bytes_per_cycle),
                    hold_cycles(out_one, times.array_out.bytes_per_cycle)}),
          energy};
}

}  // namespace tilewright::overlap
