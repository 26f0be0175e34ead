#include "dse/audit/order_bound.h"

#include <algorithm>
#include <numeric>

#include "compiler/mapping/footprint.h"

namespace tilewright::audit {

bool OrderBound::covers(const Layer& layer, const Shares& shares, const Box& box) {
  size_t loops = 0;
  for (Dim d : kDims) {
    const Cut cut = cut_of(shares.n[d], box.lo[d], box.hi[d]);
    if (!cut.decided) return false;
    loops += cut.trips > 1 ? 1 : 0;
  }
  return layer.work.kind != WorkKind::Move && loops > 0 && loops <= kMostLoops;
}

OrderBound::OrderBound(const Layer& layer, const Shares& shares, const Box& box,
                       const TileBound::Least& least)
    : layer_(layer), shares_(shares), box_(box), least_(least) {
  for (Dim d : kDims) {
    const int64_t trips = ceil_div(shares.n[d], box.hi[d]);
    if (trips == 1) continue;
    loop_of_[d] = static_cast<int>(loops_.size());
    loops_.push_back({d, trips, box.lo[d], shares.n[d] - (trips - 1) * box.hi[d], box.hi[d],
                      shares.n[d] - (trips - 1) * box.lo[d]});
    codes_ *= 3;
  }
  busy_.assign(codes_, -1);
  for (size_t x = 0; x < layer.operands; ++x) {
    whole_[x].assign(codes_, -1);
    most_[x].assign(codes_, -1);
  }
  knows_most_ = layer.times.granule.value() == 1 && layer.system.chip.memory_stops.empty();
}

std::vector<Dim> OrderBound::loops() const {
  std::vector<Dim> dims;
  for (const Loop& loop : loops_) dims.push_back(loop.dim);
  return dims;
}

// First, in the middle, or last, of each loop.
size_t OrderBound::code(const State& at) const {
  size_t code = 0;
  for (size_t l = 0; l < loops_.size(); ++l) {
    const bool first = at[l] == Place::First || at[l] == Place::FirstOfTwo;
    code = code * 3 + (first ? 0 : at[l] == Place::Last ? 2 : 1);
  }
  return code;
}

// Of the tile along dim k, at least.
int64_t OrderBound::extent(size_t k, const State& at) const {
  const int l = loop_of_.values[k];
  if (l < 0) return shares_.n.values[k];
  const Loop& loop = loops_[static_cast<size_t>(l)];
  return at[static_cast<size_t>(l)] == Place::Last ? loop.last : loop.full;
}

// Points inside the tensor, at least: where the tile may reach into the padding by so much, they
// are left out. A tile that slides along a loop has fresh ones for each index of its dim.
int64_t OrderBound::points(const AccessAxis& axis, const State& at, int sliding) const {
  int64_t step = 0;
  for (const AccessTerm& term : axis.terms)
    if (box_.lo[term.dim] > 1) step = std::gcd(step, term.coefficient);
  step = std::max<int64_t>(step, 1);
  int64_t span = 0, fresh = INT64_MAX, from = axis.offset, to = axis.offset;
  for (const AccessTerm& term : axis.terms) {
    const auto k = static_cast<size_t>(term.dim);
    const int64_t n = shares_.n.values[k], tile = extent(k, at);
    const int l = loop_of_.values[k];
    int64_t begin = 0, end = n;
    if (l >= 0) {
      const Loop& loop = loops_[static_cast<size_t>(l)];
      const Place place = at[static_cast<size_t>(l)];
      if (place == Place::Last)
        begin = (loop.trips - 1) * loop.full;
      else
        end = n - loop.last;
      if (place == Place::Middle || place == Place::BeforeLast) begin = loop.full;
      if (sliding == l) fresh = term.coefficient / step * tile;
    }
    span += term.coefficient * (tile - 1);
    from += term.coefficient * begin;
    to += term.coefficient * (end - 1);
  }
  int64_t points = std::min(span / step + 1, fresh);
  if (from < 0) points -= ceil_div(-from, step);
  if (to >= axis.extent) points -= ceil_div(to - axis.extent + 1, step);
  return std::max<int64_t>(points, 0);
}

int64_t OrderBound::elems(size_t x, const State& at, int sliding) const {
  int64_t elems = 1;
  for (const AccessAxis& axis : layer_.work.operands[x].axes) elems *= points(axis, at, sliding);
  return elems;
}

// With the largest tiles of the box, padding and holes included.
int64_t OrderBound::most_elems(size_t x, const State& at) const {
  int64_t elems = 1;
  for (const AccessAxis& axis : layer_.work.operands[x].axes) {
    int64_t span = 0;
    for (const AccessTerm& term : axis.terms) {
      const int l = loop_of_[term.dim];
      int64_t tile = shares_.n[term.dim];
      if (l >= 0) {
        const Loop& loop = loops_[static_cast<size_t>(l)];
        tile = at[static_cast<size_t>(l)] == Place::Last ? loop.most_last : loop.most_full;
      }
      span += term.coefficient * (tile - 1);
    }
    elems *= span + 1;
  }
  return elems;
}

int64_t OrderBound::slot(size_t x, int64_t elems, int64_t bits, int64_t parts) const {
  return layer_.times.external(ceil_div(packed_bytes(elems, bits), parts), shares_.pieces[x],
                               x == layer_.out);
}

int64_t OrderBound::fetch(size_t x, const State& at, int sliding) {
  const int64_t bits = layer_.precision.bits;
  if (sliding >= 0) return slot(x, elems(x, at, sliding), bits);
  int64_t& cycles = whole_[x][code(at)];
  if (cycles < 0) cycles = slot(x, elems(x, at, -1), bits);
  return cycles;
}

// Unfinished, unless the reductions outside of OUT's loops are at their ends.
int64_t OrderBound::store(const State& at) {
  bool finished = true;
  for (int l = 0; returns_ && l < depth_[layer_.out]; ++l) {
    const size_t k = order_[static_cast<size_t>(l)];
    finished = finished && (!layer_.reduced(loops_[k].dim) || at[k] == Place::Last);
  }
  if (finished) return fetch(layer_.out, at, -1);
  return slot(layer_.out, elems(layer_.out, at, -1), kPartialSumBits);
}

int64_t OrderBound::sums_back(const State& at) {
  bool again = false;
  for (int l = 0; returns_ && l < depth_[layer_.out]; ++l) {
    const size_t k = order_[static_cast<size_t>(l)];
    const bool first = at[k] == Place::First || at[k] == Place::FirstOfTwo;
    again = again || (layer_.reduced(loops_[k].dim) && !first);
  }
  if (!again) return 0;
  return layer_.times.external(packed_bytes(elems(layer_.out, at, -1), kPartialSumBits),
                               shares_.pieces[layer_.out], false);
}

// Of the next tile, or of OUT's last one.
int64_t OrderBound::spread_part(size_t x, const State& at) {
  State far = at;
  const bool out = x == layer_.out;
  if ((out ? previous(far, depth_[x]) : next(far, depth_[x])) < 0) return 0;
  return slot(x, elems(x, far, -1), layer_.precision.bits, parts_[x]);
}

int64_t OrderBound::loads(const State& at) const {
  const Dim inner = loops_[order_.back()].dim;
  const LinkTime& link = layer_.times.array_in;
  int64_t cycles = 0, all = 0;
  for (size_t x = 0; x < 2; ++x) {
    if (!layer_.moves(x, inner)) continue;
    int64_t elems = 1;
    for (const AccessAxis& axis : layer_.work.operands[x].axes) {
      int64_t most = 1;  // distinct points: those of either dim alone
      for (const AccessTerm& term : axis.terms)
        most = std::max(most, extent(static_cast<size_t>(term.dim), at));
      elems *= most;
    }
    cycles += link.latency_cycles;
    all += elems;
  }
  return cycles + hold_cycles(layer_.bytes(all), link.bytes_per_cycle);
}

int64_t OrderBound::body(const State& at) {
  const UnitTimes& t = layer_.times;
  int64_t& busy = busy_[code(at)];
  Extents tile;
  if (busy < 0) {
    for (size_t k = 0; k < kDimCount; ++k) tile.values[k] = extent(k, at);
    int64_t points = 1;
    for (Dim d : kDims) points *= tile[d];
    if (layer_.is_array()) {
      busy = INT64_MAX;
      for (const Dataflow& flow : layer_.dataflows)
        busy = std::min(busy, t.array_busy(tile, flow.unroll));
      busy += t.fill + 2 * t.semaphore;
    } else {
      busy = t.sfu_latency + t.elementwise(points);
    }
  }
  return layer_.is_array() ? std::max(busy, loads(at)) : busy;
}

// The next state of the loops down to `depth`: the depth of the one that steps on; -1: none.
int OrderBound::next(State& at, int depth) const {
  for (int l = depth; l >= 0; --l) {
    const size_t k = order_[static_cast<size_t>(l)];
    if (at[k] == Place::Last) {
      at[k] = loops_[k].trips == 2 ? Place::FirstOfTwo : Place::First;
      continue;
    }
    const bool to_last = at[k] == Place::BeforeLast || at[k] == Place::FirstOfTwo;
    at[k] = to_last ? Place::Last : Place::Middle;
    return l;
  }
  return -1;
}

int OrderBound::previous(State& at, int depth) const {
  for (int l = depth; l >= 0; --l) {
    const size_t k = order_[static_cast<size_t>(l)];
    if (at[k] == Place::First || at[k] == Place::FirstOfTwo) {
      at[k] = Place::Last;
      continue;
    }
    at[k] = Place::Middle;  // or the first: as long
    return l;
  }
  return -1;
}

// What may run beside a body at most, with tiles as large as they may be.
int64_t OrderBound::beside_at_most(const State& at, const State& after, int left,
                                   const State& before, int entered) {
  const size_t out = layer_.out;
  const auto most = [&](size_t x, const State& state, int64_t parts) {
    const bool wide = x == out && returns_;
    if (wide || parts > 1)
      return slot(x, most_elems(x, state), wide ? kPartialSumBits : layer_.precision.bits, parts);
    int64_t& cycles = most_[x][code(state)];
    if (cycles < 0) cycles = slot(x, most_elems(x, state), layer_.precision.bits);
    return cycles;
  };
  State first = at;
  first.fill(Place::First);
  int64_t beside = 0;
  for (size_t x = 0; x < layer_.operands; ++x) {
    const bool may = (may_spread_ >> x & 1) != 0, told = (told_apart_ >> x & 1) != 0;
    const bool spreads = (spread_ >> x & 1) != 0;
    if (may && (spreads || !told)) beside += most(x, first, parts_[x]);
    if (spreads) continue;
    if (x != out) {
      if (left >= 0 && depth_[x] >= left) beside += most(x, after, 1);
      continue;
    }
    if (shares_.reduces) continue;
    if (entered >= 0 && depth_[x] >= entered) beside += most(x, before, 1);
    if (returns_ && left >= 0 && depth_[x] >= left) beside += most(x, after, 1);
  }
  return beside;
}

void OrderBound::step(const State& at, int64_t count) {
  const int innermost = static_cast<int>(loops_.size()) - 1;
  State after = at, before = at;
  const int left = next(after, innermost), entered = previous(before, innermost);
  int64_t beside = 0, blocking = 0;
  for (size_t x = 0; x < layer_.operands; ++x) {
    if ((may_spread_ >> x & 1) != 0 && (told_apart_ >> x & 1) == 0) continue;
    if ((spread_ >> x & 1) != 0) {
      beside += spread_part(x, at);
    } else if (x != layer_.out) {
      if (left >= 0 && depth_[x] >= left)
        beside += fetch(
            x, after, depth_[x] == left ? static_cast<int>(order_[static_cast<size_t>(left)]) : -1);
    } else if (shares_.reduces) {
      if (left < 0 || depth_[x] >= left) blocking += store(at);
    } else {
      if (entered >= 0 && depth_[x] >= entered) beside += store(before);
      if (left >= 0 && depth_[x] >= left) beside += sums_back(after);
    }
  }
  const int64_t alone = 2 * layer_.times.semaphore + body(at);
  total_ += count * (blocking + std::max(beside, alone));
  if (knows_most_ && alone > beside)
    excess_ +=
        count * std::max<int64_t>(0, alone - beside_at_most(at, after, left, before, entered));
}

void OrderBound::walk(size_t depth, int64_t count, State& at) {
  if (depth == loops_.size()) return step(at, count);
  const size_t k = order_[depth];
  const int64_t trips = loops_[k].trips;
  const auto visit = [&](Place place, int64_t indices) {
    at[k] = place;
    walk(depth + 1, count * indices, at);
  };
  visit(trips == 2 ? Place::FirstOfTwo : Place::First, 1);
  if (trips > 3) visit(Place::Middle, trips - 3);
  if (trips > 2) visit(Place::BeforeLast, 1);
  visit(Place::Last, 1);
}

void OrderBound::set_order(const std::vector<Dim>& order) {
  order_.clear();
  for (Dim d : order) order_.push_back(static_cast<size_t>(loop_of_[d]));
  returns_ = false;
  DimSet outside = 0;
  for (Dim d : order) {
    returns_ = returns_ || (layer_.moves(layer_.out, d) && (outside & layer_.work.reduction) != 0);
    outside |= bit(d);
  }
  may_spread_ = 0;
  for (size_t x = 0; x < layer_.operands; ++x) {
    depth_[x] = -1;
    parts_[x] = 1;
    for (size_t l = 0; l < order.size(); ++l) {
      if (layer_.moves(x, order[l])) {
        depth_[x] = static_cast<int>(l);
        parts_[x] = 1;
      } else {
        parts_[x] *= loops_[order_[l]].trips;
      }
    }
    if (depth_[x] < 0 || parts_[x] == 1) continue;
    if (x != layer_.out || (!returns_ && !shares_.reduces)) may_spread_ |= 1u << x;
  }
}

// With these operands spread; of those that may be and are not told apart nothing counts.
int64_t OrderBound::with_spread(unsigned spread) {
  spread_ = spread;
  excess_ = 0;
  total_ = layer_.times.layer_cycles;
  State at{};
  for (size_t l = 0; l < loops_.size(); ++l)
    at[l] = loops_[l].trips == 2 ? Place::FirstOfTwo : Place::First;
  for (size_t x = 0; x < layer_.operands; ++x)
    if (x != layer_.out) total_ += fetch(x, at, -1);
  if (!shares_.reduces) {
    State last{};
    last.fill(Place::Last);
    total_ += store(last);
  }
  walk(0, 1, at);
  return std::max(total_, least_.slots[loops_[order_.back()].dim] + excess_);
}

int64_t OrderBound::least(const std::vector<Dim>& order) {
  set_order(order);
  // The two of them that take longest are told apart.
  std::vector<size_t> largest;
  for (size_t x = 0; x < layer_.operands; ++x)
    if ((may_spread_ >> x & 1) != 0) largest.push_back(x);
  State first{};
  first.fill(Place::First);
  std::stable_sort(largest.begin(), largest.end(), [&](size_t a, size_t b) {
    return slot(a, most_elems(a, first), 8) > slot(b, most_elems(b, first), 8);
  });
  told_apart_ = 0;
  for (size_t k = 0; k < largest.size() && k < 2; ++k) told_apart_ |= 1u << largest[k];
  int64_t least = INT64_MAX;
  for (unsigned spread = told_apart_;; spread = (spread - 1) & told_apart_) {
    least = std::min(least, with_spread(spread));
    if (spread == 0) break;
  }
  return std::max(least, least_.with[order.back()]);
}

int64_t OrderBound::least() {
  std::vector<Dim> order = loops();
  int64_t least_of_all = INT64_MAX;
  do {
    least_of_all = std::min(least_of_all, least(order));
  } while (std::next_permutation(order.begin(), order.end()));
  return least_of_all;
}

bool OrderBound::reaches(int64_t bound) {
  std::vector<Dim> order = loops();
  do {
    if (least(order) < bound) return false;
  } while (std::next_permutation(order.begin(), order.end()));
  return true;
}

}  // namespace tilewright::audit
