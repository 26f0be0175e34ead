// The tile loops of one division and tile: for each loop order and choice of hops at External, the
// total as a function of what the bodies take.
#pragma once

#include <span>
#include <vector>

#include "compiler/mapping/compose.h"
#include "costmodel/tile_nest.h"
#include "dse/blocks/family.h"
#include "dse/counters.h"
#include "dse/stop.h"
#include "dse/tiles/division.h"
#include "dse/tiles/order_choice.h"

namespace tilewright {

// total = fixed + sum over steps of count * max(beside, wait + body[query]), wait = 2 semaphores;
// of a Move, fixed alone.
struct TileProgram {
  struct Step {
    size_t body = 0;  // in TilePrograms::bodies
    int64_t beside = 0;
    int64_t count = 0;
    bool operator==(const Step&) const = default;
  };
  int64_t fixed = 0;
  std::vector<Step> steps;
  std::vector<Dim> order;
  std::vector<TransferType> types;  // per operand
  uint32_t slides = 0;
  bool wide = false;  // OUT in Lx has cells of partial sums
};

class TilePrograms {
 public:
  // `room`: bytes of Lx that a program may take.
  TilePrograms(const Problem& problem, const Division& division, const Extents& tile,
               Bypass past_lx, int64_t room = INT64_MAX);

  // Some choice of buffers fits Lx.
  bool fits() const { return !sets_[0].empty() || !sets_[1].empty(); }
  // Makes the programs of such orders (none given: of all) whose totals may stay below `below` when
  // each body takes at least least(body). False: `stop` was raised before all were there.
  template <class Least>
  bool make(std::span<const OrderChoice> orders, Measure below, Least&& least, StopFlag stop,
            Counters& counters);

  // How many tiles a core's share is cut into.
  int64_t tiles() const { return tiles_; }
  const std::vector<BodyQuery>& bodies() const { return bodies_; }
  const std::vector<TileProgram>& programs() const { return programs_; }
  bool always_wide() const {
    return past_lx_ != problem_.out && (partial_tiles_ || division_.reduces);
  }

  int64_t cycles(const TileProgram& program, const std::vector<int64_t>& bodies) const;
  // Least total of the programs for such cells of OUT; `none` if there is none below it.
  int64_t least_total(const std::vector<int64_t>& bodies, bool wide, int64_t none,
                      const TileProgram** which = nullptr) const;
  // Removes programs that cannot stay below `below` with such bodies.
  void keep_below(int64_t below, const std::vector<int64_t>& bodies, Counters& counters);

  MappingChoice choice(const TileProgram& program) const;

 private:
  // Calls visit(program) with order, types, slides and width chosen.
  template <class Visit>
  bool for_each_choice(const OrderChoice& order, Visit&& visit);
  void choose_buffers(int64_t room);
  bool allows(size_t x, TransferType type) const {
    return problem_.within.allows_type(problem_.work.operands[x].role, Stage::T, type);
  }
  void compile(TileProgram& program);
  size_t body_of(const BodyQuery& body);

  const Problem& problem_;
  const Division& division_;
  Extents tile_;
  Bypass past_lx_;
  std::vector<Dim> several_;
  int64_t tiles_ = 1;
  bool partial_tiles_ = false;
  unsigned double_ = 0, stream_ = 0;  // operands that move and may do so, as bits
  // Operands with two buffers, as many as fit: two never take longer than one. [wide]
  std::array<std::vector<unsigned>, 2> sets_;
  std::vector<BodyQuery> bodies_;
  std::vector<TileProgram> programs_;
};

template <class Visit>
bool TilePrograms::for_each_choice(const OrderChoice& choice, Visit&& visit) {
  TileProgram program;
  const std::vector<Dim>& order = choice.order;
  program.order = order;
  DimSet outside = 0;
  bool returns = false;  // OUT leaves Lx unfinished
  for (Dim d : order) {
    if (contains(problem_.out_dims, d)) returns |= (outside & problem_.work.reduction) != 0;
    outside |= bit(d);
  }
  // Operands that the innermost loop does not move may come or leave spread over it.
  unsigned spread = 0;
  for (size_t x = 0; x < problem_.operands; ++x)
    if (!order.empty() && !contains(problem_.dims[x], order.back()) &&
        !(x == problem_.out && returns))
      spread |= 1u << x;
  for (const bool wide : {false, true})
    for (const unsigned set : sets_[wide ? 1 : 0]) {
      program.wide = wide;
      const unsigned must = set & ~double_, may = set & double_ & stream_ & spread;
      if (returns && (must >> problem_.out & 1) != 0) continue;
      for (unsigned some = may;; some = (some - 1) & may) {
        const unsigned streams = must | some;
        if (choice.covers(streams)) {
          program.types.assign(problem_.operands, TransferType::BlockLoad);
          for (size_t x = 0; x < problem_.operands; ++x)
            if ((set >> x & 1) != 0)
              program.types[x] =
                  (streams >> x & 1) != 0 ? TransferType::Stream : TransferType::DoubleBuffer;
          if (!visit(program)) return false;
        }
        if (some == 0) break;
      }
    }
  return true;
}

template <class Least>
bool TilePrograms::make(std::span<const OrderChoice> orders, Measure below, Least&& least,
                        StopFlag stop, Counters& counters) {
  std::vector<int64_t> bodies;
  const auto with_order = [&](const OrderChoice& order) {
    if (!problem_.within.allows_order(Sequence::T, order.order)) return true;
    return for_each_choice(order, [&](TileProgram& program) {
      if (stop.raised()) return false;
      compile(program);
      ++counters.effort;
      while (bodies.size() < bodies_.size()) bodies.push_back(least(bodies_[bodies.size()]));
      if (problem_.rules.has(Rule::OrderBound) && cycles(program, bodies) >= below)
        counters.prune(Rule::OrderBound);
      else
        programs_.push_back(program);
      return true;
    });
  };
  for (const OrderChoice& order : orders)
    if (!with_order(order)) return false;
  if (!orders.empty()) return true;
  OrderChoice all{several_, 0, 0};
  do {
    if (!with_order(all)) return false;
  } while (std::next_permutation(all.order.begin(), all.order.end()));
  return true;
}

}  // namespace tilewright
