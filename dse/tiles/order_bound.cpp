#include "dse/tiles/order_bound.h"

#include <algorithm>
#include <numeric>

#include "compiler/mapping/footprint.h"

namespace tilewright {

OrderBound::OrderBound(const Problem& problem, const Division& division,
                       const std::vector<const UnrollClass*>& unrolls)
    : problem_(problem), division_(division), unrolls_(unrolls) {
  knows_most_ = problem.times.granule.value() == 1 && problem.system.chip.memory_stops.empty();
  for (size_t x = 0; x < problem.operands; ++x) {
    size_[x] = division.operands[x].pieces;
    for (const AccessAxis& axis : problem.work.operands[x].axes) {
      int64_t points = 1;
      for (const AccessTerm& term : axis.terms)
        points += term.coefficient * (division.share[term.dim] - 1);
      size_[x] *= points;
    }
  }
}

bool OrderBound::set(const TileBox& box, Bypass past_lx) {
  if (problem_.work.kind == WorkKind::Move) return false;
  past_lx_ = past_lx;
  loops_ = 0;
  for (size_t k = 0; k < kDimCount; ++k) {
    const int64_t share = division_.share.values[k];
    const Plateau plateau = Plateau::of(share, box.hi[k]);
    if (box.lo[k] < plateau.lo) return false;
    loop_of_[k] = -1;
    one_[k] = box.lo[k] == 1;
    if (plateau.trips == 1) continue;
    if (loops_ == kMostLoops) return false;
    loop_of_[k] = static_cast<int>(loops_);
    loop_[loops_++] = {kDims[k],  plateau.trips,          box.lo[k], plateau.last(box.hi[k]),
                       box.hi[k], plateau.last(box.lo[k])};
  }
  if (loops_ == 0) return false;
  size_t codes = 1;
  for (size_t l = 0; l < loops_; ++l) codes *= 3;
  bodies_.assign(codes, -1);
  for (size_t l = 0; l < loops_; ++l) into_array_[l].assign(codes, -1);
  for (size_t x = 0; x < problem_.operands; ++x) {
    whole_[x].assign(codes, -1);
    most_[x].assign(codes, -1);
    for (size_t l = 0; l < loops_; ++l) sliding_[x][l].clear();
  }
  for (auto& known : at_array_) known.assign(past_lx ? codes : 0, -1);
  base_.resize(unrolls_.size());
  steps_.resize(unrolls_.size());
  for (size_t u = 0; u < unrolls_.size(); ++u) {
    const Extents& unroll = unrolls_[u]->unroll;
    base_[u] = 1;
    for (size_t k = 0; k < kDimCount; ++k)
      if (loop_of_[k] < 0) base_[u] *= ceil_div(division_.share.values[k], unroll.values[k]);
    for (size_t l = 0; l < loops_; ++l)
      steps_[u][l] = {ceil_div(loop_[l].full, unroll[loop_[l].dim]),
                      ceil_div(loop_[l].last, unroll[loop_[l].dim])};
  }
  return true;
}

std::vector<TileOrder> OrderBound::all() {
  std::vector<TileOrder> orders;
  uint16_t count = 1;
  for (size_t l = 2; l <= loops_; ++l) count = static_cast<uint16_t>(count * l);
  for (uint16_t rank = 0; rank < count; ++rank) {
    set_order({rank, 0});
    if (!allowed()) continue;
    const int ways = 1 << std::min(2, __builtin_popcount(may_spread_));
    for (int spread = 0; spread < ways; ++spread)
      orders.push_back({rank, static_cast<uint8_t>(spread)});
  }
  return orders;
}

bool OrderBound::allowed() const {
  std::array<Dim, kMostLoops> dims;
  for (size_t l = 0; l < loops_; ++l) dims[l] = loop_[order_[l]].dim;
  return problem_.within.allows_order(Sequence::T, {dims.data(), loops_});
}

void OrderBound::set_order(const TileOrder& order) {
  std::array<size_t, kMostLoops> left;
  std::iota(left.begin(), left.end(), 0);
  size_t rank = order.rank, ways = 1;
  for (size_t l = 2; l <= loops_; ++l) ways *= l;
  for (size_t l = 0; l < loops_; ++l) {
    ways /= loops_ - l;
    const size_t at = rank / ways;
    rank %= ways;
    order_[l] = left[at];
    std::copy(left.begin() + static_cast<int64_t>(at) + 1, left.end(),
              left.begin() + static_cast<int64_t>(at));
  }
  returns_ = false;
  DimSet outside = 0;
  for (size_t l = 0; l < loops_; ++l) {
    const Dim d = loop_[order_[l]].dim;
    if (contains(problem_.out_dims, d)) returns_ |= (outside & problem_.work.reduction) != 0;
    outside |= bit(d);
  }
  may_spread_ = 0;
  for (size_t x = 0; x < problem_.operands; ++x) {
    depth_[x] = -1;
    parts_[x] = 1;
    for (size_t l = 0; l < loops_; ++l) {
      const Loop& loop = loop_[order_[l]];
      if (contains(problem_.dims[x], loop.dim)) {
        depth_[x] = static_cast<int>(l);
        parts_[x] = 1;
      } else {
        parts_[x] *= loop.trips;
      }
    }
    if (past_lx_ || depth_[x] < 0 || parts_[x] == 1) continue;
    if (x != problem_.out || (!returns_ && !division_.reduces)) may_spread_ |= 1u << x;
  }
  choose_spread(order.spread);
}

// The two largest are told apart; of more, the others count for nothing.
void OrderBound::choose_spread(uint8_t spread) {
  spread_ = 0;
  ignored_ = may_spread_;
  for (uint8_t k = 0; k < 2 && ignored_ != 0; ++k) {
    size_t largest = problem_.operands;
    for (size_t x = 0; x < problem_.operands; ++x)
      if ((ignored_ >> x & 1) != 0 && (largest == problem_.operands || size_[x] > size_[largest]))
        largest = x;
    ignored_ &= ~(1u << largest);
    if ((spread >> k & 1) != 0) spread_ |= 1u << largest;
  }
}

OrderChoice OrderBound::choice(const TileOrder& order) {
  set_order(order);
  OrderChoice choice;
  for (size_t l = 0; l < loops_; ++l) choice.order.push_back(loop_[order_[l]].dim);
  choice.told_apart = may_spread_ & ~ignored_;
  choice.spread = spread_;
  return choice;
}

size_t OrderBound::code(const State& at) const {
  size_t code = 0;
  for (size_t l = 0; l < loops_; ++l) code = code * 3 + static_cast<size_t>(at[l].place);
  return code;
}

// Lattice points inside the tensor, at least: what may lie in the padding is left out.
int64_t OrderBound::axis_points(const AccessAxis& axis, const State& at, int slides) const {
  int64_t step = 0, spans = 0, from = axis.offset, to = axis.offset, fresh = INT64_MAX;
  for (const AccessTerm& term : axis.terms)
    if (!one_[static_cast<size_t>(term.dim)]) step = std::gcd(step, term.coefficient);
  step = std::max<int64_t>(step, 1);
  for (const AccessTerm& term : axis.terms) {
    const auto k = static_cast<size_t>(term.dim);
    const int64_t share = division_.share.values[k];
    int64_t extent = share, begin = 0, end = share;
    if (loop_of_[k] >= 0) {
      const auto l = static_cast<size_t>(loop_of_[k]);
      const Place place = at[l].place;
      extent = place == Place::Last ? loop_[l].last : loop_[l].full;
      if (place == Place::Middle) begin = loop_[l].full;
      if (place == Place::Last) begin = (loop_[l].trips - 1) * loop_[l].full;
      if (place != Place::Last) end = share - loop_[l].last;
      if (slides == loop_of_[k]) fresh = term.coefficient / step * extent;
    }
    spans += term.coefficient * (extent - 1);
    from += term.coefficient * begin;
    to += term.coefficient * (end - 1);
  }
  int64_t points = std::min(spans / step + 1, fresh);
  if (from < 0) points -= ceil_div(-from, step);
  if (to >= axis.extent) points -= ceil_div(to - axis.extent + 1, step);
  return std::max<int64_t>(points, 0);
}

int64_t OrderBound::bytes(size_t x, const State& at, int slides, int64_t bits) const {
  int64_t elems = 1;
  for (const AccessAxis& axis : problem_.work.operands[x].axes)
    elems *= axis_points(axis, at, slides);
  return packed_bytes(elems, bits);
}

int64_t OrderBound::load(size_t x, const State& at, int slides) {
  std::vector<int64_t>& known = slides < 0 ? whole_[x] : sliding_[x][static_cast<size_t>(slides)];
  if (known.empty()) known.assign(bodies_.size(), -1);
  int64_t& cycles = known[code(at)];
  if (cycles < 0)
    cycles = problem_.times.external(bytes(x, at, slides, problem_.precision.bits),
                                     division_.operands[x].pieces, false);
  return cycles;
}

// Of OUT; unfinished unless all reductions outside of its loops are at their end.
int64_t OrderBound::store(const State& at) {
  const size_t out = problem_.out;
  bool finished = true;
  for (int l = 0; returns_ && l < depth_[out]; ++l) {
    const size_t k = order_[static_cast<size_t>(l)];
    finished &= !contains(problem_.work.reduction, loop_[k].dim) || at[k].place == Place::Last;
  }
  if (finished) {
    int64_t& cycles = whole_[out][code(at)];
    if (cycles < 0)
      cycles = problem_.times.external(bytes(out, at, -1, problem_.precision.bits),
                                       division_.operands[out].pieces, true);
    return cycles;
  }
  return problem_.times.external(bytes(out, at, -1, kPartialSumBits),
                                 division_.operands[out].pieces, true);
}

// Of OUT's unfinished sums, unless it is the first visit.
int64_t OrderBound::sums_back(const State& at) const {
  const size_t out = problem_.out;
  bool visited = false;
  for (int l = 0; returns_ && l < depth_[out]; ++l) {
    const size_t k = order_[static_cast<size_t>(l)];
    visited |= contains(problem_.work.reduction, loop_[k].dim) && at[k].place != Place::First;
  }
  if (!visited) return 0;
  return problem_.times.external(bytes(out, at, -1, kPartialSumBits),
                                 division_.operands[out].pieces, false);
}

int64_t OrderBound::part(size_t x, const State& at, bool ahead) {
  State far = at;
  if ((ahead ? next(far, depth_[x]) : previous(far, depth_[x])) < 0) return 0;
  const int64_t all = bytes(x, far, -1, problem_.precision.bits);
  return problem_.times.external(ceil_div(all, parts_[x]), division_.operands[x].pieces,
                                 x == problem_.out);
}

// The slot of a tile there (or of the parts that it is spread in) with the box's largest tiles,
// padding included, partial sums where OUT may have them.
int64_t OrderBound::at_most(size_t x, const State& at, bool part) {
  const bool out = x == problem_.out;
  const auto bytes_there = [&] {
    int64_t elems = 1;
    for (const AccessAxis& axis : problem_.work.operands[x].axes) {
      int64_t points = 1;
      for (const AccessTerm& term : axis.terms) {
        const auto k = static_cast<size_t>(term.dim);
        int64_t extent = division_.share.values[k];
        if (loop_of_[k] >= 0) {
          const auto l = static_cast<size_t>(loop_of_[k]);
          extent = at[l].place == Place::Last ? loop_[l].most_last : loop_[l].most_full;
        }
        points += term.coefficient * (extent - 1);
      }
      elems *= points;
    }
    return packed_bytes(elems, out && returns_ ? kPartialSumBits : problem_.precision.bits);
  };
  const int64_t pieces = division_.operands[x].pieces;
  if (part) return problem_.times.external(ceil_div(bytes_there(), parts_[x]), pieces, out);
  if (out && returns_) return problem_.times.external(bytes_there(), pieces, true);
  int64_t& cycles = most_[x][code(at)];
  if (cycles < 0) cycles = problem_.times.external(bytes_there(), pieces, out);
  return cycles;
}

int64_t OrderBound::beside_at_most(const State& after, const State& before, int left, int entered) {
  const State full{};
  int64_t beside = 0;
  for (size_t x = 0; x < problem_.operands; ++x) {
    if ((may_spread_ >> x & 1) != 0 && ((spread_ | ignored_) >> x & 1) != 0)
      beside += at_most(x, full, true);
    if ((spread_ >> x & 1) != 0) continue;
    if (x != problem_.out) {
      if (left >= 0 && depth_[x] >= left) beside += at_most(x, after, false);
      continue;
    }
    if (division_.reduces) continue;
    if (entered >= 0 && depth_[x] >= entered) beside += at_most(x, before, false);
    if (returns_ && left >= 0 && depth_[x] >= left) beside += at_most(x, after, false);
  }
  return beside;
}

int64_t OrderBound::array_steps(const State& at) const {
  int64_t least = INT64_MAX;
  for (size_t u = 0; u < unrolls_.size(); ++u) {
    int64_t steps = base_[u];
    for (size_t l = 0; l < loops_; ++l) steps *= steps_[u][l][at[l].place == Place::Last ? 1 : 0];
    least = std::min(least, steps);
  }
  return least;
}

// What the innermost loop moves comes anew for each tile.
int64_t OrderBound::into_array(const State& at) const {
  const Dim inner = loop_[order_[loops_ - 1]].dim;
  int64_t loads = 0, elems = 0;
  for (size_t x = 0; x < 2; ++x) {
    if (!contains(problem_.dims[x], inner)) continue;
    int64_t points = 1;
    for (const AccessAxis& axis : problem_.work.operands[x].axes) {
      int64_t most = 1;
      for (const AccessTerm& term : axis.terms) {
        const auto k = static_cast<size_t>(term.dim);
        if (loop_of_[k] < 0) {
          most = std::max(most, division_.share.values[k]);
          continue;
        }
        const auto l = static_cast<size_t>(loop_of_[k]);
        most = std::max(most, at[l].place == Place::Last ? loop_[l].last : loop_[l].full);
      }
      points *= most;
    }
    ++loads;
    elems += points;
  }
  return loads * problem_.times.array_in.latency_cycles +
         hold_cycles(problem_.bytes(elems), problem_.times.array_in.bytes_per_cycle);
}

int64_t OrderBound::array_busy(const State& at) {
  const UnitTimes& t = problem_.times;
  int64_t& cycles = bodies_[code(at)];
  if (cycles < 0) cycles = ceil_mul(array_steps(at), t.mac_cycles) + t.fill + 2 * t.semaphore;
  return cycles;
}

int64_t OrderBound::body(const State& at) {
  const UnitTimes& t = problem_.times;
  const size_t c = code(at);
  if (problem_.work.kind != WorkKind::Array) {
    int64_t& cycles = bodies_[c];
    if (cycles >= 0) return cycles;
    int64_t points = 1;
    for (size_t k = 0; k < kDimCount; ++k)
      if (loop_of_[k] < 0) points *= division_.share.values[k];
    for (size_t l = 0; l < loops_; ++l)
      points *= at[l].place == Place::Last ? loop_[l].last : loop_[l].full;
    return cycles = t.sfu_latency + t.elementwise(points);
  }
  int64_t& loads = into_array_[order_[loops_ - 1]][c];
  if (loads < 0) loads = into_array(at);
  return std::max(array_busy(at), loads);
}

int OrderBound::next(State& at, int depth) const {
  for (int l = depth; l >= 0; --l) {
    const size_t k = order_[static_cast<size_t>(l)];
    if (at[k].place == Place::Last) {
      at[k] = {Place::First, loop_[k].trips == 2};
      continue;
    }
    at[k].place = at[k].before_last ? Place::Last : Place::Middle;
    return l;
  }
  return -1;
}

int OrderBound::previous(State& at, int depth) const {
  for (int l = depth; l >= 0; --l) {
    const size_t k = order_[static_cast<size_t>(l)];
    if (at[k].place == Place::First) {
      at[k].place = Place::Last;
      continue;
    }
    at[k].place = Place::Middle;  // or the first: as large
    return l;
  }
  return -1;
}

void OrderBound::step(const State& at, int64_t count) {
  const int innermost = static_cast<int>(loops_) - 1;
  State after = at, before = at;
  const int left = next(after, innermost), entered = previous(before, innermost);
  const size_t out = problem_.out;
  int64_t beside = 0, blocking = 0;
  for (size_t x = 0; x < problem_.operands; ++x) {
    if ((ignored_ >> x & 1) != 0) continue;
    if ((spread_ >> x & 1) != 0) {
      beside += part(x, at, x != out);
      continue;
    }
    if (x != out) {
      if (left >= 0 && depth_[x] >= left)
        beside += load(
            x, after, depth_[x] == left ? static_cast<int>(order_[static_cast<size_t>(left)]) : -1);
      continue;
    }
    if (division_.reduces) {
      if (left < 0 || depth_[x] >= left) blocking += store(at);
      continue;
    }
    if (entered >= 0 && depth_[x] >= entered) beside += store(before);
    if (left >= 0 && depth_[x] >= left) beside += sums_back(after);
  }
  const int64_t alone = 2 * problem_.times.semaphore + body(at);
  total_ += count * (blocking + std::max(beside, alone));
  if (knows_most_ && alone > beside)
    excess_ += count * std::max<int64_t>(0, alone - beside_at_most(after, before, left, entered));
}

void OrderBound::walk(size_t depth, int64_t count, State& at) {
  if (total_ >= enough_ || excess_ >= excess_enough_) return;
  if (depth == loops_) return past_lx_ ? step_past_lx(at, count) : step(at, count);
  const size_t k = order_[depth];
  const int64_t trips = loop_[k].trips;
  const auto visit = [&](Place place, bool before_last, int64_t indices) {
    at[k] = {place, before_last};
    walk(depth + 1, count * indices, at);
  };
  visit(Place::First, trips == 2, 1);
  if (trips > 3) visit(Place::Middle, false, trips - 3);
  if (trips > 2) visit(Place::Middle, true, 1);
  visit(Place::Last, false, 1);
}

int64_t OrderBound::cycles(const TileOrder& order, int64_t slots, int64_t enough) {
  set_order(order);
  enough_ = enough;
  excess_enough_ = enough - slots;
  excess_ = 0;
  total_ = problem_.times.layer_cycles;
  State at{};
  if (past_lx_) {  // all slots are those of steps
    walk(0, 1, at);
    return total_;
  }
  for (size_t x = 0; x < problem_.operands; ++x)
    if (x != problem_.out) total_ += load(x, at, -1);
  if (!division_.reduces) {
    State last{};
    for (size_t l = 0; l < loops_; ++l) last[l].place = Place::Last;
    total_ += store(last);
  }
  walk(0, 1, at);
  return std::max(total_, slots + excess_);
}

}  // namespace tilewright
