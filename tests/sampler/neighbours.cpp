#include "tests/sampler/neighbours.h"

#include <algorithm>
#include <functional>
#include <set>

#include "compiler/support/math.h"
#include "tests/sampler/form.h"

namespace tilewright::sampler {

namespace {

class Neighbours {
 public:
  Neighbours(const Layer& layer, const RapidDsc& dsc, FeatureSet allowed)
      : layer_(layer), base_(dsc), allowed_(allowed) {}

  std::vector<RapidDsc> run() {
    divisions();
    ring();
    for (Dim d : layer_.present) extents(d);
    exchanges();
    orders();
    operands();
    if (layer_.array())
      for (const Axis& axis : layer_.axes) unrollings(axis);
    found_.erase(base_);
    return {found_.begin(), found_.end()};
  }

 private:
  using Change = std::function<void(RapidDsc&)>;

  bool add(const RapidDsc& rough) { return found_.insert(formed(layer_, rough, allowed_)).second; }
  void try_out(const RapidDsc& rough);
  void anywhere(const RapidDsc& next);
  void with_tiles(const RapidDsc& next);
  void refilled(RapidDsc next, Dim d);
  void with_blocks(const RapidDsc& next);
  void divisions();
  void ring();
  void extents(Dim d);
  void exchanges();
  void orders();
  void moved(size_t from, size_t to);
  void operands();
  void unrollings(const Axis& axis);
  void unrolled(const Axis& axis, std::vector<Unroll> list);
  void elsewhere(const Axis& axis, const std::vector<Unroll>& list, size_t k);
  static std::vector<int64_t> steps(int64_t extent, int64_t whole, int64_t unroll);

  const Layer& layer_;
  const RapidDsc& base_;
  FeatureSet allowed_;
  std::set<RapidDsc> found_;
};

// As it is, and with every operand that moves double-buffered and sliding.
void Neighbours::try_out(const RapidDsc& rough) {
  if (!add(rough)) return;
  RapidDsc eager = rough;
  for (DataStructure& data : eager.data_structures) {
    OperandChoice c = choice_of(data);
    if (c.past_lx) continue;
    c.slide = true;
    if (c.outer == TransferType::BlockLoad) c.outer = TransferType::DoubleBuffer;
    set_choice(data, c, data.transfers.size() == 2);
  }
  add(eager);
}

// A loop that appears at each place of its stage.
void Neighbours::anywhere(const RapidDsc& next) {
  const RapidDsc whole = formed(layer_, next, allowed_);
  try_out(whole);
  std::vector<LoopRef> fresh;
  for (const LoopRef& loop : whole.loop_order)
    if (std::find(base_.loop_order.begin(), base_.loop_order.end(), loop) == base_.loop_order.end())
      fresh.push_back(loop);
  for (const LoopRef& loop : fresh)
    for (size_t at = 0; at < whole.loop_order.size(); ++at) {
      if (whole.loop_order[at].stage != loop.stage || whole.loop_order[at] == loop) continue;
      RapidDsc other = whole;
      std::erase(other.loop_order, loop);
      other.loop_order.insert(other.loop_order.begin() + static_cast<ptrdiff_t>(at), loop);
      try_out(other);
    }
}

// Under a new division: tiles as before; as whole and as often as before; and dims that no longer
// fill their places in P giving them to one of which there is more now.
void Neighbours::with_tiles(const RapidDsc& next) {
  anywhere(next);
  RapidDsc same = next;
  for (Dim d : layer_.present) {
    const int64_t before = layer_.share(base_, d), share = layer_.share(same, d);
    if (share == before) continue;
    same.t[d] = ceil_div(share, ceil_div(before, base_.t[d]));
    same.b[d] = ceil_div(same.t[d], ceil_div(base_.t[d], base_.b[d]));
    same.b[d] = std::min(same.t[d], round_up(same.b[d], unrolling(same.p, d)));
  }
  anywhere(same);
  for (Dim d : layer_.present)
    if (layer_.share(same, d) > layer_.share(base_, d)) refilled(same, d);
}

// Instead of dims of which a core has too few, `d` in P.
void Neighbours::refilled(RapidDsc next, Dim d) {
  bool changed = false;
  for (const Axis& axis : layer_.axes)
    for (Unroll& u : next.p.*axis.list)
      if (u.dim != d && u.factor > layer_.share(next, u.dim) &&
          layer_.share(next, u.dim) < layer_.share(base_, u.dim)) {
        u.dim = d;
        changed = true;
      }
  const int64_t u = unrolling(next.p, d);
  next.b[d] = std::min(next.t[d], round_up(next.b[d], u));
  if (changed) anywhere(next);
}

// Under a new unrolling: blocks as before, or multiples of it.
void Neighbours::with_blocks(const RapidDsc& next) {
  anywhere(next);
  RapidDsc up = next, down = next;
  for (Dim d : layer_.present) {
    const int64_t u = unrolling(next.p, d);
    if (u == unrolling(base_.p, d)) continue;
    up.b[d] = std::min(up.t[d], round_up(up.b[d], u));
    down.b[d] = std::min(down.t[d], std::max(u, down.b[d] / u * u));
  }
  anywhere(up);
  anywhere(down);
}

void Neighbours::divisions() {
  const Extents& parts = base_.core_d.parts;
  const auto with = [&](auto change) {
    RapidDsc next = base_;
    change(next.core_d.parts);
    int64_t cores = 1;
    for (Dim d : layer_.present) {
      int64_t& n = next.core_d.parts[d];
      n = std::clamp<int64_t>(n, 1, layer_.work.extent[d]);
      cores *= n;
    }
    if (cores <= layer_.system.chip.cores) with_tiles(next);
  };
  int64_t used = 1;
  for (Dim d : layer_.present) used *= parts[d];
  for (Dim d : layer_.present) {
    const int64_t p = parts[d], left = layer_.system.chip.cores / (used / p);
    for (int64_t n : {p - 1, p + 1, p / 2, p * 2, int64_t{1}, left})
      with([&](Extents& e) { e[d] = n; });
    for (Dim to : layer_.present) {
      if (to == d) continue;
      for (int64_t f : {2, 3, 5, 7})
        if (p % f == 0)
          with([&](Extents& e) {
            e[d] = p / f;
            e[to] *= f;
          });
      // One part less, or all of them, and another dim takes what cores are left.
      for (int64_t n : {p - 1, p / 2, int64_t{1}})
        if (n >= 1 && n < p)
          with([&](Extents& e) {
            e[d] = n;
            e[to] = layer_.system.chip.cores / (used / p / parts[to] * n);
          });
    }
  }
}

void Neighbours::ring() {
  RapidDsc next = base_;
  next.core_d.share =
      base_.core_d.share == ShareRule::Greedy ? ShareRule::Balanced : ShareRule::Greedy;
  anywhere(next);
  for (size_t k = 1; k < base_.core_d.ring_order.size(); ++k) {
    next = base_;
    std::swap(next.core_d.ring_order[k - 1], next.core_d.ring_order[k]);
    add(next);
  }
}

std::vector<int64_t> Neighbours::steps(int64_t extent, int64_t whole, int64_t unroll) {
  const int64_t trips = ceil_div(whole, extent);
  std::vector<int64_t> values = {extent - 1,
                                 extent + 1,
                                 extent - unroll,
                                 extent + unroll,
                                 extent / 2,
                                 extent * 2,
                                 whole,
                                 1,
                                 whole - 1,
                                 unroll,
                                 ceil_div(whole, trips + 1),
                                 ceil_div(whole, trips)};
  if (trips > 1) values.push_back(ceil_div(whole, trips - 1));
  if (trips > 1) values.push_back((whole - 1) / (trips - 1));  // a tail of 1 or a little more
  values.push_back((whole - 1) / trips);
  std::erase_if(values, [&](int64_t n) { return n < 1 || n > whole || n == extent; });
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

void Neighbours::extents(Dim d) {
  const int64_t u = unrolling(base_.p, d);
  for (int64_t t : steps(base_.t[d], layer_.share(base_, d), u)) {
    RapidDsc next = base_;
    next.t[d] = t;
    anywhere(next);
    if (!layer_.array()) continue;
    next.b[d] = t;
    anywhere(next);
    next.b[d] = ceil_div(t, ceil_div(base_.t[d], base_.b[d]));
    anywhere(next);
  }
  if (!layer_.array()) return;
  for (int64_t b : steps(base_.b[d], base_.t[d], u)) {
    RapidDsc next = base_;
    next.b[d] = b;
    anywhere(next);
  }
}

// A tile (block) of twice the trips in one dim and of half as many in another.
void Neighbours::exchanges() {
  for (Dim a : layer_.present)
    for (Dim b : layer_.present) {
      if (a == b) continue;
      const int64_t n = layer_.share(base_, a), m = layer_.share(base_, b);
      RapidDsc next = base_;
      next.t[a] = ceil_div(n, 2 * ceil_div(n, base_.t[a]));
      next.t[b] = std::min(m, base_.t[b] * 2);
      if (base_.b[b] == base_.t[b]) next.b[b] = next.t[b];
      anywhere(next);
      next = base_;
      next.t[a] = std::max<int64_t>(1, base_.t[a] - 1);
      next.t[b] = std::min(m, base_.t[b] + 1);
      if (base_.b[b] == base_.t[b]) next.b[b] = next.t[b];
      anywhere(next);
      if (!layer_.array()) continue;
      const int64_t u = unrolling(base_.p, a);
      next = base_;
      next.b[a] = std::min(base_.b[a], std::max(u, base_.b[a] / 2 / u * u));
      next.b[b] = std::min(base_.t[b], base_.b[b] * 2);
      anywhere(next);
    }
}

void Neighbours::moved(size_t from, size_t to) {
  RapidDsc next = base_;
  const LoopRef loop = next.loop_order[from];
  if (loop.stage != next.loop_order[to].stage) return;
  next.loop_order.erase(next.loop_order.begin() + static_cast<ptrdiff_t>(from));
  next.loop_order.insert(next.loop_order.begin() + static_cast<ptrdiff_t>(to), loop);
  try_out(next);
}

void Neighbours::orders() {
  for (size_t from = 0; from < base_.loop_order.size(); ++from)
    for (size_t to = 0; to < base_.loop_order.size(); ++to)
      if (from != to) moved(from, to);
}

void Neighbours::operands() {
  using enum TransferType;
  for (size_t o = 0; o < base_.data_structures.size(); ++o) {
    const DataStructure& data = base_.data_structures[o];
    const bool inner_hop = layer_.array() && data.role != Role::Bias;
    const auto with = [&](const std::function<void(OperandChoice&)>& change) {
      OperandChoice c = choice_of(data);
      change(c);
      RapidDsc next = base_;
      set_choice(next.data_structures[o], c, inner_hop);
      try_out(next);
    };
    for (TransferType type : {Stream, BlockLoad, DoubleBuffer}) {
      with([&](OperandChoice& c) { c.outer = type; });
      if (inner_hop) with([&](OperandChoice& c) { c.into = type; });
    }
    with([](OperandChoice& c) { c.slide = !c.slide; });
    if (!inner_hop) continue;
    with([](OperandChoice& c) { c.past_lx = !c.past_lx; });
    for (Place place : {layer_.edge(), Place::Lrf, Place::Acc}) {
      const bool edge = place == layer_.edge();
      if (data.role == Role::Out ? edge : place == Place::Acc) continue;
      with([&](OperandChoice& c) { c.inner = place; });
      with([&](OperandChoice& c) {
        c.inner = place;
        c.into = DoubleBuffer;
      });
    }
  }
  if (!layer_.array()) return;
  RapidDsc swapped = base_;  // INP and KER change places
  OperandChoice inp = choice_of(base_.data_structures[0]),
                ker = choice_of(base_.data_structures[1]);
  std::swap(inp.inner, ker.inner);
  set_choice(swapped.data_structures[0], inp, true);
  set_choice(swapped.data_structures[1], ker, true);
  try_out(swapped);
}

void Neighbours::unrolled(const Axis& axis, std::vector<Unroll> list) {
  std::erase_if(list, [](const Unroll& u) { return u.factor < 2; });
  int64_t taken = 1;
  for (const Unroll& u : list) taken *= u.factor;
  if (taken > axis.places) return;
  RapidDsc next = base_;
  next.p.*axis.list = std::move(list);
  with_blocks(next);
}

// Entry k over another dim, beside another one, or on another axis.
void Neighbours::elsewhere(const Axis& axis, const std::vector<Unroll>& list, size_t k) {
  for (Dim d : axis.dims) {
    if (std::any_of(list.begin(), list.end(), [&](const Unroll& u) { return u.dim == d; }))
      continue;
    std::vector<Unroll> changed = list;
    changed[k].dim = d;
    unrolled(axis, changed);
    for (int64_t f : {2, 3, 4}) {  // some of it
      changed = list;
      changed[k].factor = list[k].factor / f;
      changed.push_back({d, f});
      unrolled(axis, changed);
    }
  }
  for (const Axis& to : layer_.axes) {
    if (to.list == axis.list) continue;
    RapidDsc next = base_;
    auto& here = next.p.*axis.list;
    here.erase(here.begin() + static_cast<ptrdiff_t>(k));
    next.p.*to.list = {{list[k].dim, to.places}};
    with_blocks(next);
    if (&to < &axis) continue;
    next = base_;
    std::swap(next.p.*axis.list, next.p.*to.list);
    with_blocks(next);
  }
}

void Neighbours::unrollings(const Axis& axis) {
  const std::vector<Unroll>& list = base_.p.*axis.list;
  int64_t taken = 1;
  for (const Unroll& u : list) taken *= u.factor;
  for (size_t k = 0; k < list.size(); ++k) {
    const int64_t f = list[k].factor, left = axis.places / (taken / f);
    const int64_t share = std::min(left, layer_.share(base_, list[k].dim));
    for (int64_t n : {f - 1, f + 1, f / 2, f * 2, int64_t{1}, left, share}) {
      std::vector<Unroll> changed = list;
      changed[k].factor = n;
      if (n >= 1 && n != f) unrolled(axis, changed);
    }
    for (size_t to = 0; to < list.size(); ++to)
      for (int64_t by : {2, 3})
        if (to != k && f % by == 0) {
          std::vector<Unroll> changed = list;
          changed[k].factor = f / by;
          changed[to].factor *= by;
          unrolled(axis, changed);
        }
    if (k > 0) {
      std::vector<Unroll> changed = list;
      std::swap(changed[k - 1], changed[k]);
      unrolled(axis, changed);
    }
    elsewhere(axis, list, k);
  }
  for (Dim d : axis.dims) {
    if (std::any_of(list.begin(), list.end(), [&](const Unroll& u) { return u.dim == d; }))
      continue;
    std::vector<Unroll> changed = list;
    changed.push_back({d, axis.places / taken});
    unrolled(axis, changed);
    for (int64_t by = 2; by <= axis.places; by *= 2) {
      changed.back().factor = std::min(by, layer_.share(base_, d));
      unrolled(axis, changed);
    }
    for (int64_t by : {axis.places, layer_.share(base_, d)})
      unrolled(axis, {{d, std::min(by, axis.places)}});
    for (const Unroll& u : list) {  // beside one of which all fits twice
      const int64_t rest = axis.places / std::min(u.factor, layer_.share(base_, u.dim));
      unrolled(axis, {{u.dim, std::min(u.factor, layer_.share(base_, u.dim))}, {d, rest}});
    }
  }
}

}  // namespace

std::vector<RapidDsc> neighbours(const Layer& layer, const RapidDsc& dsc, FeatureSet allowed) {
  return Neighbours(layer, dsc, allowed).run();
}

}  // namespace tilewright::sampler
