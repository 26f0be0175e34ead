#include "dse/space/loop_choices.h"

#include <algorithm>

namespace tilewright {

namespace {

constexpr DimLoops kLoops[] = {{false, false}, {false, true}, {true, false}, {true, true}};

std::vector<Dim> dims_of(const Extents& extent) {
  std::vector<Dim> dims;
  for (Dim d : kDims)
    if (extent[d] > 1) dims.push_back(d);
  if (dims.empty()) dims.push_back(Dim::mb);
  std::stable_sort(dims.begin(), dims.end(), [&](Dim a, Dim b) { return extent[a] < extent[b]; });
  return dims;
}

const DimMap<DimSet>& outside(const Constraints& constraints, Sequence sequence) {
  return constraints.outside[static_cast<size_t>(sequence)];
}

// Takes the last digit, of `base`, off the number.
uint64_t digit(uint64_t& number, uint64_t base) {
  const uint64_t last = number % base;
  number /= base;
  return last;
}

template <class T>
std::optional<uint64_t> place_in(const std::vector<T>& all, const T& one) {
  const auto found = std::find(all.begin(), all.end(), one);
  if (found == all.end()) return std::nullopt;
  return static_cast<uint64_t>(found - all.begin());
}

}  // namespace

LoopTables::LoopTables(const Work& work, const System& system, const Constraints& constraints)
    : dims(dims_of(work.extent)),
      t_orders(outside(constraints, Sequence::T)),
      b_orders(outside(constraints, Sequence::B)),
      hops(work, constraints),
      sections(tilewright::sections(work, system, constraints)) {
  const size_t sets = size_t{1} << dims.size();
  for (const Section& section : sections) {
    PerSet<uint64_t> t(sets), b(sets);
    for (size_t loops = 0; loops < sets; ++loops) {
      const DimSet set = set_of(loops);
      t[loops] = static_cast<uint64_t>(t_orders.count(set)) * hops.external_count(section, set);
      b[loops] = static_cast<uint64_t>(b_orders.count(set)) * hops.array_count(section, set);
    }
    const auto known = std::find(t_weights.begin(), t_weights.end(), t);
    t_weights_of.push_back(static_cast<size_t>(known - t_weights.begin()));
    if (known == t_weights.end()) t_weights.push_back(std::move(t));
    b_weights.push_back(std::move(b));
  }
}

DimSet LoopTables::set_of(size_t loops) const {
  DimSet set = 0;
  for (size_t j = 0; j < dims.size(); ++j)
    if ((loops >> j & 1) != 0) set |= bit(dims[j]);
  return set;
}

LoopChoices::LoopChoices(const LoopTables& tables, size_t section,
                         const std::vector<TilePairs>& pairs)
    : tables_(tables), section_(section), pairs_(pairs) {}

LoopChoices::Weights LoopChoices::start() const {
  return {tables_.t_weights[tables_.t_weights_of[section_]], tables_.b_weights[section_]};
}

void LoopChoices::decide(Weights& weights, DimLoops loops) const {
  weights = {half(weights.t, loops.t), half(weights.b, loops.b)};
}

// Choices of the dims after this one, with all orders and hops.
mpz_class LoopChoices::completions(const Weights& weights, size_t dim, DimLoops loops) const {
  std::vector<PairCounts> after;
  for (size_t j = dim + 1; j < pairs_.size(); ++j) after.push_back(pairs_[j].counts());
  return dot(passed(half(weights.t, loops.t), after), half(weights.b, loops.b));
}

void LoopChoices::at(mpz_class index, Point& point) const {
  Weights weights = start();
  DimSet t_loops = 0, b_loops = 0;
  for (size_t j = 0; j < pairs_.size(); ++j) {
    const Dim d = tables_.dims[j];
    for (const DimLoops loops : kLoops) {
      const mpz_class each = completions(weights, j, loops);
      const mpz_class all = each * pairs_[j].counts()[loops.t][loops.b];
      if (index >= all) {
        index -= all;
        continue;
      }
      const TilePair pair = pairs_[j].at(loops, index / each);
      index %= each;
      point.t[d] = pair.t;
      point.b[d] = pair.b;
      if (loops.t) t_loops |= bit(d);
      if (loops.b) b_loops |= bit(d);
      decide(weights, loops);
      break;
    }
  }
  orders_at(index.get_ui(), t_loops, b_loops, point);
}

void LoopChoices::orders_at(uint64_t index, DimSet t_loops, DimSet b_loops, Point& point) const {
  const Section& section = point.section;
  const Orders &t = tables_.t_orders, &b = tables_.b_orders;
  point.t_order =
      t.at(t_loops, static_cast<int64_t>(digit(index, static_cast<uint64_t>(t.count(t_loops)))));
  point.b_order =
      b.at(b_loops, static_cast<int64_t>(digit(index, static_cast<uint64_t>(b.count(b_loops)))));
  point.outer.assign(tables_.hops.operands(), {});
  for (size_t x = 0; x < point.outer.size(); ++x) {
    if (section.past_lx == x) continue;
    const auto& choices = tables_.hops.external(section, x, t_loops);
    point.outer[x] = choices[digit(index, choices.size())];
  }
  for (size_t x = 0; tables_.hops.array() && x < 3; ++x) {
    const auto& types = tables_.hops.at_array(section, x, b_loops);
    point.inner.push_back(types[digit(index, types.size())]);
  }
}

std::optional<mpz_class> LoopChoices::index_of(const Point& point) const {
  Weights weights = start();
  DimSet t_loops = 0, b_loops = 0;
  mpz_class index;
  for (size_t j = 0; j < pairs_.size(); ++j) {
    const Dim d = tables_.dims[j];
    const TilePair pair{point.t[d], point.b[d]};
    const std::optional<mpz_class> within = pairs_[j].index_of(pair);
    if (!within) return std::nullopt;
    const DimLoops chosen = pairs_[j].loops_of(pair);
    for (const DimLoops loops : kLoops) {
      const mpz_class each = completions(weights, j, loops);
      if (loops.t == chosen.t && loops.b == chosen.b) {
        index += *within * each;
        break;
      }
      index += each * pairs_[j].counts()[loops.t][loops.b];
    }
    if (chosen.t) t_loops |= bit(d);
    if (chosen.b) b_loops |= bit(d);
    decide(weights, chosen);
  }
  const std::optional<uint64_t> rest = orders_index(point, t_loops, b_loops);
  if (!rest) return std::nullopt;
  return mpz_class(index + *rest);
}

std::optional<uint64_t> LoopChoices::orders_index(const Point& point, DimSet t_loops,
                                                  DimSet b_loops) const {
  const Section& section = point.section;
  uint64_t index = 0;
  for (size_t x = 3; tables_.hops.array() && x-- > 0;) {
    const auto& types = tables_.hops.at_array(section, x, b_loops);
    const auto at = place_in(types, point.inner[x]);
    if (!at) return std::nullopt;
    index = index * types.size() + *at;
  }
  for (size_t x = point.outer.size(); x-- > 0;) {
    if (section.past_lx == x) continue;
    const auto& choices = tables_.hops.external(section, x, t_loops);
    const auto at = place_in(choices, point.outer[x]);
    if (!at) return std::nullopt;
    index = index * choices.size() + *at;
  }
  const Orders &t = tables_.t_orders, &b = tables_.b_orders;
  const auto t_at = t.index_of(point.t_order), b_at = b.index_of(point.b_order);
  if (!t_at || !b_at) return std::nullopt;
  index = index * static_cast<uint64_t>(b.count(b_loops)) + static_cast<uint64_t>(*b_at);
  return index * static_cast<uint64_t>(t.count(t_loops)) + static_cast<uint64_t>(*t_at);
}

}  // namespace tilewright
