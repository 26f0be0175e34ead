#include "dse/tiles/box.h"

#include "compiler/mapping/footprint.h"

namespace tilewright {

TileBounds::TileBounds(const Problem& problem, const Division& division)
    : problem_(problem), division_(division) {
  for (Dim d : kDims) points_ *= division.share[d];
  std::vector<std::pair<int64_t, const UnrollClass*>> order;
  for (const UnrollClass& u : problem.unrolls) {
    if (u.dominated) continue;
    int64_t steps = 1;
    for (Dim d : kDims) steps *= ceil_div(division.share[d], u.unroll[d]);
    order.emplace_back(steps, &u);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [steps, unroll] : order) {
    unrolls_.push_back(unroll);
    whole_steps_.push_back(steps);
  }
}

TileBounds::Cuts TileBounds::cuts(const TileBox& box) const {
  Cuts cuts;
  for (size_t k = 0; k < kDimCount; ++k) {
    const int64_t share = division_.share.values[k];
    Cut& cut = cuts[k];
    cut.trips = ceil_div(share, box.hi[k]);
    cut.may_loop = box.lo[k] < share;
    const Plateau plateau = Plateau::of(share, box.hi[k]);
    cut.fixed = box.lo[k] >= plateau.lo;
    cut.last = cut.fixed ? plateau.last(box.hi[k]) : 1;
  }
  return cuts;
}

// Of operand x, each tile fetched once: at most one window keeps what its tiles share.
int64_t TileBounds::elems_in_all(size_t x, const TileBox& box, const Cuts& cuts) const {
  const Division::Moved& m = division_.operands[x];
  if (m.windows.empty()) return m.plain;
  const auto points = [&](const TileWindow& w, bool slides) {
    int64_t pieces = 1;
    bool unshared = true;
    for (Dim d : kDims)
      if (contains(w.others, d)) {
        pieces = cuts[static_cast<size_t>(d)].trips;
        unshared &= division_.cores.parts[d] == 1;
      }
    return w.fetched(box.hi[static_cast<size_t>(w.moving)], pieces, unshared, slides);
  };
  int64_t least = INT64_MAX;
  for (size_t slides = 0; slides < m.windows.size(); ++slides) {
    int64_t elems = m.plain;
    for (size_t w = 0; w < m.windows.size(); ++w) elems *= points(*m.windows[w], w == slides);
    least = std::min(least, elems);
  }
  return least;
}

int64_t TileBounds::first_slots(const TileBox& box) const {
  int64_t cycles = 0;
  for (size_t x = 0; x < problem_.operands; ++x) {
    if (x == problem_.out) continue;
    const Division::Moved& m = division_.operands[x];
    int64_t elems = m.plain == 0 ? 0 : 1;
    for (const AccessAxis& axis : problem_.work.operands[x].axes)
      if (axis.terms.size() == 1 && without_padding(axis, problem_.work.extent))
        elems *= box.lo[static_cast<size_t>(axis.terms[0].dim)];
    for (const TileWindow* w : m.windows) {
      bool whole = true;
      for (Dim d : kDims)
        if (contains(w->others, d)) whole &= box.lo[static_cast<size_t>(d)] == division_.share[d];
      elems *= w->begins(box.lo[static_cast<size_t>(w->moving)], whole);
    }
    cycles += problem_.times.external(problem_.bytes(elems), m.pieces, false);
  }
  return cycles;
}

// The last tile of OUT, on the core that has most.
int64_t TileBounds::last_slot(const Cuts& cuts) const {
  const Division::Moved& m = division_.operands[problem_.out];
  if (!m.windows.empty()) return 0;
  int64_t elems = 1;
  for (Dim d : kDims)
    if (contains(problem_.out_dims, d)) elems *= cuts[static_cast<size_t>(d)].last;
  return problem_.times.external(problem_.bytes(elems), m.pieces, true);
}

// Sums of tiles that other cores have parts of: nothing else goes on meanwhile.
int64_t TileBounds::over_ring(const Cuts& cuts) const {
  if (!division_.reduces) return 0;
  int64_t tiles = 1, outputs = 1;
  for (size_t k = 0; k < kDimCount; ++k) {
    if (!contains(problem_.out_dims, kDims[k])) continue;
    tiles *= cuts[k].trips;
    outputs *= division_.share.values[k];
  }
  const int64_t bytes = packed_bytes(outputs * division_.ring_messages, kPartialSumBits);
  return tiles * division_.ring_latency + hold_cycles(bytes, problem_.times.ring.bytes_per_cycle);
}

void TileBounds::Moved::add(const Moved& other) {
  latencies += other.latencies;
  bits += other.bits;
  loads += other.loads;
  elems += other.elems;
  past_latencies += other.past_latencies;
  past_bits += other.past_bits;
}

void TileBounds::Moved::multiply(int64_t n) {
  latencies *= n;
  bits *= n;
  loads *= n;
  elems *= n;
  past_latencies *= n;
  past_bits *= n;
}

void TileBounds::moved(size_t x, const TileBox& box, const Cuts& cuts, Moved& once,
                       Moved& again) const {
  const UnitTimes& t = problem_.times;
  const Division::Moved& m = division_.operands[x];
  const int64_t elems = elems_in_all(x, box, cuts);
  int64_t tiles = 1, others = 1;
  for (size_t k = 0; k < kDimCount; ++k)
    (contains(problem_.dims[x], kDims[k]) ? tiles : others) *= cuts[k].trips;
  others = std::min<int64_t>(others, 1 << 20);  // more would not fit
  for (const TileWindow* w : m.windows) {
    if (!w->padded) continue;
    for (Dim d : kDims)
      if (contains(w->others, d) || (d == w->moving && !w->filled))
        tiles /= cuts[static_cast<size_t>(d)].trips;
  }
  if (elems == 0) tiles = 0;  // all of it is padding
  if (x != problem_.out) {
    once = {tiles * t.external_latency, elems * m.pieces * problem_.precision.bits, 0, 0};
    if (problem_.work.kind == WorkKind::Array && x < 2) {
      once.loads = tiles;
      once.elems = elems;
    }
    again = once;
    again.multiply(others);
    return;
  }
  const int64_t store = t.external_latency + t.turnaround;
  once = {tiles * store, elems * m.pieces * problem_.precision.bits, 0, 0};
  again = {tiles * (store + t.external_latency), 2 * elems * m.pieces * kPartialSumBits, 0, 0};
  again.multiply(others - 1);
  again.add(once);
}

int64_t TileBounds::into_array(const Moved& all) const {
  return all.loads * problem_.times.array_in.latency_cycles +
         hold_cycles(problem_.bytes(all.elems), problem_.times.array_in.bytes_per_cycle);
}

// Of operand x past Lx: blocks bring each element that they touch, holes left out.
int64_t TileBounds::distinct_elems(size_t x, const TileBox& box, const Cuts& cuts) const {
  const Division::Moved& m = division_.operands[x];
  int64_t elems = m.plain;
  for (const TileWindow* w : m.windows) {
    int64_t pieces = 1;
    bool unshared = true;
    for (Dim d : kDims)
      if (contains(w->others, d)) {
        pieces = cuts[static_cast<size_t>(d)].trips;
        unshared &= division_.cores.parts[d] == 1;
      }
    elems *=
        w->fetched(box.hi[static_cast<size_t>(w->moving)], pieces, unshared && w->dense, false);
  }
  return elems;
}

// Of an operand past Lx, elements that all arrays of a core hold at once.
int64_t TileBounds::most_held(size_t x) const {
  const ArrayTier& a = problem_.system.array;
  const int64_t corelets = problem_.system.core.corelets;
  const int64_t bits = x == problem_.out ? kPartialSumBits : problem_.precision.bits;
  int64_t most = 0;
  for (const Places& places : problem_.inner_places) {
    int64_t elems = 0;
    if (places[x] == Place::Acc) elems = corelets * a.columns * a.lanes * a.accumulators;
    if (places[x] == Place::Lrf) elems = corelets * a.rows * a.columns * (a.lrf_bytes * 8 / bits);
    if (places[x] == Place::L0) elems = corelets * (a.l0_bytes * 8 / bits);
    most = std::max(most, elems);
  }
  return std::max<int64_t>(most, 1);
}

void TileBounds::moved_past_lx(size_t x, const TileBox& box, const Cuts& cuts, Moved& once,
                               Moved& again) const {
  const UnitTimes& t = problem_.times;
  const int64_t bits = problem_.precision.bits, cores = division_.working;
  int64_t tiles = 1, others = 1, visits = 1;
  for (size_t k = 0; k < kDimCount; ++k) {
    (contains(problem_.dims[x], kDims[k]) ? tiles : others) *= cuts[k].trips;
    if (contains(problem_.work.reduction, kDims[k])) visits *= cuts[k].trips;
  }
  others = std::min<int64_t>(others, 1 << 20);  // more would not fit
  const int64_t elems = distinct_elems(x, box, cuts);
  if (x != problem_.out) {
    const int64_t loads = std::max(tiles, ceil_div(elems, most_held(x)));
    once.past_latencies = loads * t.external_latency;
    once.past_bits = elems * cores * bits;
    again = once;
    again.multiply(others);
    return;
  }
  // With each step of T it leaves, unfinished but for the last visit of a tile, to come back.
  const int64_t drains = std::max(tiles * others, visits * ceil_div(elems, most_held(x)));
  once.past_latencies = drains * (t.external_latency + t.turnaround + 2 * t.semaphore);
  once.past_bits = elems * cores * (2 * (visits - 1) * kPartialSumBits + bits);
  again = once;
}

int64_t TileBounds::past_lx(const Moved& all) const {
  return all.past_latencies +
         hold_cycles(packed_bytes(all.past_bits, 1), problem_.times.external_bandwidth);
}

int64_t TileBounds::array_cycles(const TileBox& box, const Cuts& cuts) const {
  int64_t least = INT64_MAX;
  for (size_t u = 0; u < unrolls_.size(); ++u) {
    if (whole_steps_[u] >= least) break;
    int64_t steps = 1;
    for (size_t k = 0; k < kDimCount; ++k) {
      const int64_t share = division_.share.values[k], unroll = unrolls_[u]->unroll.values[k];
      steps *= cuts[k].fixed
                   ? Plateau{share, cuts[k].trips, 1, 1}.least_steps(box.lo[k], box.hi[k], unroll)
                   : ceil_div(share, unroll);
    }
    least = std::min(least, steps);
  }
  return ceil_mul(least, problem_.times.mac_cycles);
}

// What comes to the array for the last tile: all that the innermost loop moves.
int64_t TileBounds::last_loads(Dim innermost, const Cuts& cuts) const {
  Moved all;
  for (size_t x = 0; x < 2; ++x) {
    if (!contains(problem_.dims[x], innermost)) continue;
    int64_t elems = 1;
    for (const AccessAxis& axis : problem_.work.operands[x].axes) {
      int64_t points = 1;
      for (const AccessTerm& term : axis.terms)
        points = std::max(points, cuts[static_cast<size_t>(term.dim)].last);
      elems *= points;
    }
    ++all.loads;
    all.elems += elems;
  }
  return into_array(all);
}

int64_t TileBounds::least_last_body(const Cuts& cuts) const {
  const UnitTimes& t = problem_.times;
  int64_t n = 1;
  for (const Cut& cut : cuts) n *= cut.last;
  return problem_.work.kind == WorkKind::Array
             ? t.fill + 2 * t.semaphore + hold_cycles(n, t.macs_per_cycle)
             : t.sfu_latency + t.elementwise(n);
}

// The most that runs beside the last body: the store of the tile before.
int64_t TileBounds::hidden_store(const TileBox& box, const Cuts& cuts) const {
  bool several = false;
  for (const Cut& cut : cuts) several |= cut.may_loop;
  if (!several) return 0;
  if (problem_.times.granule.value() > 1 || !problem_.system.chip.memory_stops.empty())
    return INT64_MAX;
  int64_t outputs = 1;
  for (size_t k = 0; k < kDimCount; ++k)
    if (contains(problem_.out_dims, kDims[k])) outputs *= box.hi[k];
  // Partial sums are wider.
  const int64_t bits = std::max<int64_t>(problem_.precision.bits,
                                         problem_.work.reduction != 0 ? kPartialSumBits : 0);
  return problem_.times.external(packed_bytes(outputs, bits),
                                 division_.operands[problem_.out].pieces, true);
}

// In each step the innermost loop goes on, so that every operand that it moves comes anew with each
// round of all loops that do not move the operand; the others may stay. Of two totals, all
// transfers with the last body and all bodies with the transfers before and behind them, the larger
// one; the least over which loop is the innermost.
// Where one bypasses Lx, nothing overlaps: all transfers of the others with all bodies.
TileBounds::ByInnermost TileBounds::by_innermost(const TileBox& box, Bypass past) const {
  const UnitTimes& t = problem_.times;
  const Cuts cut = cuts(box);
  std::array<Moved, kMostOperands> once, again;
  for (size_t x = 0; x < problem_.operands; ++x)
    (this->*(past == x ? &TileBounds::moved_past_lx : &TileBounds::moved))(x, box, cut, once[x],
                                                                           again[x]);
  const bool array = problem_.work.kind == WorkKind::Array;
  const bool move = problem_.work.kind == WorkKind::Move;
  int64_t steps = 1;
  for (const Cut& c : cut) steps *= c.trips;
  const int64_t busy = array ? array_cycles(box, cut) + steps * (2 * t.semaphore + t.fill)
                             : t.elementwise(points_) + steps * t.sfu_latency;
  const int64_t ends = first_slots(box) + last_slot(cut) + steps * 2 * t.semaphore;
  const int64_t last = least_last_body(cut), hidden = hidden_store(box, cut);
  const auto slots = [&](const Moved& all) {
    return all.latencies + hold_cycles(packed_bytes(all.bits, 1), t.external_bandwidth);
  };
  const auto total = [&](const Moved& all, int64_t last_in) {
    const int64_t transfers = slots(all);
    if (move) return transfers;
    if (past) {
      const int64_t loads = into_array(all), blocks = past_lx(all);
      const int64_t beside = past == problem_.out ? std::max(loads, blocks) : loads + blocks;
      return transfers + steps * 2 * t.semaphore + std::max(busy, beside);
    }
    const int64_t own = ends + (array ? std::max(busy, into_array(all)) : busy);
    const int64_t body = 2 * t.semaphore + std::max(last, last_in);
    return std::max(transfers + std::max<int64_t>(0, body - hidden), own);
  };
  const int64_t besides = over_ring(cut) + t.layer_cycles;
  ByInnermost bound;
  bound.loop.fill(INT64_MAX);
  bound.slots.fill(0);
  bound.least = INT64_MAX;
  for (size_t k = 0; k < kDimCount; ++k) {
    if (!cut[k].may_loop) continue;
    Moved all;
    for (size_t x = 0; x < problem_.operands; ++x)
      all.add(contains(problem_.dims[x], kDims[k]) ? again[x] : once[x]);
    bound.slots[k] = besides + slots(all);
    bound.loop[k] = besides + total(all, array ? last_loads(kDims[k], cut) : 0);
    bound.least = std::min(bound.least, bound.loop[k]);
  }
  if (bound.least == INT64_MAX) {
    Moved all;
    for (size_t x = 0; x < problem_.operands; ++x) all.add(once[x]);
    bound.least = besides + total(all, array ? into_array(all) : 0);
  }
  return bound;
}

}  // namespace tilewright
