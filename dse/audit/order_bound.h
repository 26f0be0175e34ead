// What the T loops of a box take at least in one order, kind of step by kind of step. Bounds Q3 and
// Q4 of README.md.
#pragma once

#include <vector>

#include "dse/audit/tile_bound.h"

namespace tilewright::audit {

class OrderBound {
 public:
  // More loops have too many orders.
  static constexpr size_t kMostLoops = 5;

  // A box in which each dim is cut into one number of pieces, some into several, with what Q1 and
  // Q2 say of it.
  OrderBound(const Layer& layer, const Shares& shares, const Box& box,
             const TileBound::Least& least);
  // Whether the bound is about such a box.
  static bool covers(const Layer& layer, const Shares& shares, const Box& box);

  // Of all orders.
  int64_t least();
  // Whether that is as much as `bound`.
  bool reaches(int64_t bound);
  // Of one, outermost first; Q1 and Q2 of its innermost loop count, too.
  int64_t least(const std::vector<Dim>& order);
  // Dims of the loops.
  std::vector<Dim> loops() const;

 private:
  // Where an index stands among those of its loop.
  enum class Place : uint8_t { First, Middle, BeforeLast, FirstOfTwo, Last };
  using State = std::array<Place, kMostLoops>;  // by position in loops_
  struct Loop {
    Dim dim = Dim::mb;
    int64_t trips = 1;
    int64_t full = 1, last = 1;            // indices of a tile, at least
    int64_t most_full = 1, most_last = 1;  // and at most
  };

  size_t code(const State& at) const;
  int64_t extent(size_t k, const State& at) const;
  int64_t points(const AccessAxis& axis, const State& at, int sliding) const;
  int64_t elems(size_t x, const State& at, int sliding) const;
  int64_t most_elems(size_t x, const State& at) const;
  int64_t slot(size_t x, int64_t elems, int64_t bits, int64_t parts = 1) const;
  int64_t fetch(size_t x, const State& at, int sliding);
  int64_t store(const State& at);
  int64_t sums_back(const State& at);
  int64_t spread_part(size_t x, const State& at);
  int64_t body(const State& at);
  int64_t loads(const State& at) const;
  int64_t beside_at_most(const State& at, const State& after, int left, const State& before,
                         int entered);
  int next(State& at, int depth) const;
  int previous(State& at, int depth) const;

  void set_order(const std::vector<Dim>& order);
  int64_t with_spread(unsigned spread);
  void step(const State& at, int64_t count);
  void walk(size_t depth, int64_t count, State& at);

  const Layer& layer_;
  const Shares& shares_;
  const Box& box_;
  const TileBound::Least& least_;
  std::vector<Loop> loops_;
  DimMap<int> loop_of_ = DimMap<int>::filled(-1);  // position in loops_
  size_t codes_ = 1;
  std::vector<int64_t> busy_;                                     // by code; -1: not known
  std::array<std::vector<int64_t>, kMostOperands> whole_, most_;  // slots of whole tiles
  bool knows_most_ = false;                                       // slots take no longer

  // Of the order.
  std::vector<size_t> order_;               // positions in loops_, outermost first
  std::array<int, kMostOperands> depth_{};  // of the innermost loop that moves the operand
  std::array<int64_t, kMostOperands> parts_{};
  unsigned may_spread_ = 0, told_apart_ = 0, spread_ = 0;  // operands, as bits
  bool returns_ = false;                                   // OUT leaves Lx unfinished
  int64_t total_ = 0, excess_ = 0;
};

}  // namespace tilewright::audit
