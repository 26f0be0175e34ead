#include "dse/audit/tile_bound.h"

#include <algorithm>

#include "compiler/mapping/capacity.h"
#include "compiler/mapping/footprint.h"

namespace tilewright::audit {

int64_t least_alike(int64_t n, int64_t size) { return ceil_div(n, ceil_div(n, size)); }

Cut cut_of(int64_t n, int64_t lo, int64_t hi) {
  Cut cut;
  cut.trips = ceil_div(n, hi);
  cut.decided = ceil_div(n, lo) == cut.trips;
  cut.may_loop = lo < n;
  if (cut.decided) cut.last = n - (cut.trips - 1) * hi;
  return cut;
}

int64_t least_steps(int64_t n, int64_t lo, int64_t hi, int64_t unroll) {
  const Cut cut = cut_of(n, lo, hi);
  const bool some_multiple = hi / unroll * unroll >= lo;
  if (!cut.decided || cut.trips == 1 || some_multiple) return ceil_div(n, unroll);
  // All whole pieces take as many steps; the last one is shortest beside the longest of them.
  return (cut.trips - 1) * ceil_div(hi, unroll) + ceil_div(cut.last, unroll);
}

TileBound::TileBound(const Layer& layer, const Shares& shares) : layer_(layer), shares_(shares) {
  for (size_t x = 0; x < layer.operands; ++x)
    for (const AccessAxis& axis : layer.work.operands[x].axes) {
      if (axis.terms.empty())
        axes_[x].plain *= axis_points_inside(axis, 1, Extents{}, Extents::filled(1));
      else if (axis.terms.size() == 1 && without_padding(axis, layer.work.extent))
        axes_[x].plain *= shares.n[axis.terms[0].dim];
      else
        axes_[x].windows.push_back(window_of(layer, axis, shares.cores));
    }
}

namespace {

// What is more than any layer takes need not be exact, as long as it is no less than the bound.
void add_capped(int64_t& to, int64_t more, int64_t times) {
  constexpr int64_t kMost = int64_t{1} << 58;
  const std::optional<int64_t> all = checked_mul(more, times);
  to = std::min(kMost, to + std::min(kMost, all.value_or(kMost)));
}

}  // namespace

void TileBound::add(Moved& to, const Moved& more, int64_t times) {
  add_capped(to.latency, more.latency, times);
  add_capped(to.bits, more.bits, times);
  add_capped(to.loads, more.loads, times);
  add_capped(to.elems, more.elems, times);
}

// Of one core, each tile fetched once. One window alone may slide.
int64_t TileBound::elems(size_t x, const Box& box, const Cuts& cuts) const {
  const Axes& axes = axes_[x];
  const auto with_sliding = [&](size_t sliding) {
    int64_t elems = axes.plain;
    for (size_t k = 0; k < axes.windows.size(); ++k) {
      const Window& w = axes.windows[k];
      const int64_t pieces = w.other ? cuts[*w.other].trips : 1, most = box.hi[w.moving];
      elems *= k == sliding ? w.fetched_sliding(most, pieces) : w.fetched(most, pieces);
    }
    return elems;
  };
  int64_t least = with_sliding(0);
  for (size_t k = 1; k < axes.windows.size(); ++k) least = std::min(least, with_sliding(k));
  return least;
}

// Each tile once.
TileBound::Moved TileBound::fetched(size_t x, const Box& box, const Cuts& cuts) const {
  Moved all;
  const int64_t points = elems(x, box, cuts);
  if (points == 0) return all;  // padding
  int64_t tiles = 1;
  for (Dim d : kDims)
    if (layer_.moves(x, d)) tiles *= cuts[d].trips;
  for (const Window& w : axes_[x].windows) {  // tiles in the padding do not move
    if (!w.clipped) continue;
    if (w.other) tiles /= cuts[*w.other].trips;
    if (!w.each_index) tiles /= cuts[w.moving].trips;
  }
  all.latency = tiles * layer_.times.external_latency;
  if (x == layer_.out) all.latency += tiles * layer_.times.turnaround;
  all.bits = points * shares_.pieces[x] * layer_.precision.bits;
  if (layer_.is_array() && x < 2) {
    all.loads = tiles;
    all.elems = points;
  }
  return all;
}

// `again`: anew with each round of the loops that do not move it. OUT then leaves as partial sums,
// which come back, but for the last time.
TileBound::Moved TileBound::moved(size_t x, const Moved& once, const Cuts& cuts, bool again) const {
  constexpr int64_t kMostRounds = 1 << 20;
  int64_t rounds = 1;
  for (Dim d : kDims)
    if (again && !layer_.moves(x, d)) rounds = std::min(kMostRounds, rounds * cuts[d].trips);
  Moved all = once;
  if (x != layer_.out) {
    add(all, once, rounds - 1);
    return all;
  }
  const UnitTimes& t = layer_.times;
  const int64_t tiles = once.latency == 0 ? 0 : once.latency / (t.external_latency + t.turnaround);
  const Moved sums{once.latency + tiles * t.external_latency,
                   2 * (once.bits / layer_.precision.bits) * kPartialSumBits, 0, 0};
  add(all, sums, rounds - 1);
  return all;
}

int64_t TileBound::slots(const Moved& all) const {
  return all.latency + hold_cycles(packed_bytes(all.bits, 1), layer_.times.external_bandwidth);
}

int64_t TileBound::loads(const Moved& all) const {
  const LinkTime& link = layer_.times.array_in;
  return all.loads * link.latency_cycles +
         hold_cycles(layer_.bytes(all.elems), link.bytes_per_cycle);
}

int64_t TileBound::first_slots(const Box& box) const {
  int64_t cycles = 0;
  for (size_t x = 0; x < layer_.operands; ++x) {
    if (x == layer_.out || axes_[x].plain == 0) continue;
    int64_t points = 1;
    for (const AccessAxis& axis : layer_.work.operands[x].axes)
      if (axis.terms.size() == 1 && without_padding(axis, layer_.work.extent))
        points *= box.lo[axis.terms[0].dim];
    for (const Window& w : axes_[x].windows) {
      const bool whole = !w.other || box.lo[*w.other] == shares_.n[*w.other];
      points *= whole && !w.first.empty() ? w.first[static_cast<size_t>(box.lo[w.moving])] : 0;
    }
    cycles += layer_.times.external(layer_.bytes(points), shares_.pieces[x], false);
  }
  return cycles;
}

int64_t TileBound::last_slot(const Cuts& cuts) const {
  if (!axes_[layer_.out].windows.empty()) return 0;
  int64_t outputs = 1;
  for (Dim d : kDims)
    if (layer_.moves(layer_.out, d)) outputs *= cuts[d].last;
  return layer_.times.external(layer_.bytes(outputs), shares_.pieces[layer_.out], true);
}

int64_t TileBound::over_ring(const Cuts& cuts) const {
  if (!shares_.reduces) return 0;
  int64_t tiles = 1, outputs = 1;
  for (Dim d : kDims)
    if (layer_.moves(layer_.out, d)) {
      tiles *= cuts[d].trips;
      outputs *= shares_.n[d];
    }
  return tiles * shares_.ring_latency +
         hold_cycles(packed_bytes(outputs * shares_.ring_messages, kPartialSumBits),
                     layer_.times.ring.bytes_per_cycle);
}

// Without what must come over array-in.
int64_t TileBound::all_bodies(const Box& box, const Cuts& cuts) const {
  const UnitTimes& t = layer_.times;
  int64_t tiles = 1, points = 1;
  for (Dim d : kDims) {
    tiles *= cuts[d].trips;
    points *= shares_.n[d];
  }
  if (!layer_.is_array()) return t.elementwise(points) + tiles * t.sfu_latency;
  int64_t least = INT64_MAX;
  for (const Dataflow& flow : layer_.dataflows) {
    int64_t steps = 1;
    for (Dim d : kDims) steps *= least_steps(shares_.n[d], box.lo[d], box.hi[d], flow.unroll[d]);
    least = std::min(least, steps);
  }
  return ceil_mul(least, t.mac_cycles) + tiles * (t.fill + 2 * t.semaphore);
}

int64_t TileBound::last_body(const Cuts& cuts, std::optional<Dim> innermost) const {
  const UnitTimes& t = layer_.times;
  int64_t points = 1;
  for (Dim d : kDims) points *= cuts[d].last;
  if (!layer_.is_array()) return t.sfu_latency + t.elementwise(points);
  const int64_t busy = t.fill + 2 * t.semaphore + hold_cycles(points, t.macs_per_cycle);
  Moved all;
  for (size_t x = 0; innermost && x < 2; ++x) {
    if (!layer_.moves(x, *innermost)) continue;
    int64_t elems = 1;
    for (const AccessAxis& axis : layer_.work.operands[x].axes) {
      int64_t most = 1;
      for (const AccessTerm& term : axis.terms) most = std::max(most, cuts[term.dim].last);
      elems *= most;
    }
    ++all.loads;
    all.elems += elems;
  }
  return std::max(busy, loads(all));
}

// Only the store of the tile before can run beside the last body.
int64_t TileBound::beside_last_body(const Box& box, const Cuts& cuts) const {
  if (std::none_of(kDims.begin(), kDims.end(), [&](Dim d) { return cuts[d].may_loop; })) return 0;
  if (layer_.times.granule.value() > 1 || !layer_.system.chip.memory_stops.empty())
    return INT64_MAX;
  int64_t outputs = 1;
  for (Dim d : kDims)
    if (layer_.moves(layer_.out, d)) outputs *= box.hi[d];
  const int64_t bits =
      std::max(layer_.precision.bits, layer_.work.reduction != 0 ? kPartialSumBits : 0);
  return layer_.times.external(packed_bytes(outputs, bits), shares_.pieces[layer_.out], true);
}

TileBound::Least TileBound::of(const Box& box) const {
  const UnitTimes& t = layer_.times;
  Cuts cuts;
  int64_t tiles = 1;
  for (Dim d : kDims) {
    cuts[d] = cut_of(shares_.n[d], box.lo[d], box.hi[d]);
    tiles *= cuts[d].trips;
  }
  std::array<Moved, kMostOperands> once;
  for (size_t x = 0; x < layer_.operands; ++x) once[x] = fetched(x, box, cuts);
  const int64_t besides = over_ring(cuts) + t.layer_cycles;
  const int64_t bodies = all_bodies(box, cuts), beside = beside_last_body(box, cuts);
  const int64_t ends = first_slots(box) + last_slot(cuts) + tiles * 2 * t.semaphore;
  const auto total = [&](const Moved& all, int64_t last) {
    if (layer_.work.kind == WorkKind::Move) return slots(all);
    const int64_t exposed = std::max<int64_t>(0, 2 * t.semaphore + last - beside);
    return std::max(slots(all) + exposed, ends + std::max(bodies, loads(all)));
  };
  Least least;
  least.with = DimMap<int64_t>::filled(INT64_MAX);
  least.slots = DimMap<int64_t>::filled(0);
  for (Dim d : kDims) {
    if (!cuts[d].may_loop) continue;
    Moved all;
    for (size_t x = 0; x < layer_.operands; ++x)
      add(all, moved(x, once[x], cuts, layer_.moves(x, d)), 1);
    least.slots[d] = besides + slots(all);
    least.with[d] = besides + total(all, last_body(cuts, d));
    least.cycles = std::min(least.cycles, least.with[d]);
  }
  if (least.cycles < INT64_MAX) return least;
  Moved all;  // one tile
  for (size_t x = 0; x < layer_.operands; ++x) add(all, once[x], 1);
  least.cycles = besides + total(all, std::max(last_body(cuts, {}), loads(all)));
  return least;
}

int64_t TileBound::lx_bytes(const Box& box) const {
  int64_t bytes = 0;
  for (size_t x = 0; x < layer_.operands; ++x) {
    if (x == layer_.out && layer_.work.kind == WorkKind::Move) continue;
    bytes += lx_buffer_bytes(footprint_elems(layer_.work.operands[x], box.lo, box.lo),
                             layer_.precision.bits, 1);
  }
  return bytes;
}

}  // namespace tilewright::audit
