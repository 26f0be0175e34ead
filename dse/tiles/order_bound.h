// What the T loops of a box take at least, order by order: the external link beside the bodies, one
// kind of step after the other. Bound X4 of README.md.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dse/tiles/box.h"
#include "dse/tiles/order_choice.h"

namespace tilewright {

// A loop order of the dims of several trips, and which operands come or leave spread over the loops
// inside (of at most two that may).
struct TileOrder {
  uint16_t rank = 0;  // of the order among all, lexicographically
  uint8_t spread = 0;
  bool operator==(const TileOrder&) const = default;
};

// About boxes in which each dim's tile makes one number of trips. A tile counts as large as the
// smallest of the box, and the last one along a dim as large as the box's largest leaves it.
class OrderBound {
 public:
  // More loops than this have too many orders.
  static constexpr size_t kMostLoops = 5;

  OrderBound(const Problem& problem, const Division& division,
             const std::vector<const UnrollClass*>& unrolls);

  OrderChoice choice(const TileOrder& order);
  Dim innermost(const TileOrder& order) {
    set_order(order);
    return loop_[order_[loops_ - 1]].dim;
  }

  // The box, and what bypasses Lx, that is meant from now on; false: the bound is not about such
  // boxes.
  bool set(const TileBox& box, Bypass past_lx);
  // All orders that are allowed, each with all ways to spread.
  std::vector<TileOrder> all();
  // No mapping with a tile of the box under such an order takes fewer cycles, where all slots and
  // what waits for no body take at least `slots`. Where it comes to `enough`, that may be all that
  // is said.
  int64_t cycles(const TileOrder& order, int64_t slots, int64_t enough);

 private:
  enum class Place : uint8_t { First, Middle, Last };  // of an index along a loop
  struct Index {
    Place place = Place::First;
    bool before_last = false;
  };
  using State = std::array<Index, kMostLoops>;  // by position in loops_
  struct Loop {
    Dim dim = Dim::mb;
    int64_t trips = 1, full = 1, last = 1;  // the least of the box
    int64_t most_full = 1, most_last = 1;
  };

  void set_order(const TileOrder& order);
  bool allowed() const;
  void choose_spread(uint8_t spread);
  size_t code(const State& at) const;
  int64_t axis_points(const AccessAxis& axis, const State& at, int slides) const;
  int64_t bytes(size_t x, const State& at, int slides, int64_t bits) const;
  int64_t load(size_t x, const State& at, int slides);
  int64_t store(const State& at);
  int64_t sums_back(const State& at) const;
  int64_t part(size_t x, const State& at, bool ahead);
  int64_t at_most(size_t x, const State& at, bool part);
  int64_t beside_at_most(const State& after, const State& before, int left, int entered);
  int64_t body(const State& at);
  int64_t array_busy(const State& at);
  // The same where an operand bypasses Lx: nothing overlaps with a body, and that has what comes to
  // the array for its tile, or leaves.
  void step_past_lx(const State& at, int64_t count);
  int64_t body_past_lx(const State& at, int entered);
  int64_t tile_at_array(size_t x, const State& at);
  int64_t drain_past_lx(const State& at);
  int64_t array_steps(const State& at) const;
  int64_t into_array(const State& at) const;
  // The state after (before) this one along loops down to `depth`; the depth of the loop that steps
  // on, -1: there is none.
  int next(State& at, int depth) const;
  int previous(State& at, int depth) const;
  void step(const State& at, int64_t count);
  void walk(size_t depth, int64_t count, State& at);

  const Problem& problem_;
  const Division& division_;
  const std::vector<const UnrollClass*>& unrolls_;

  std::array<int64_t, kMostOperands> size_{};  // bytes of a whole share, about

  // Of the box.
  Bypass past_lx_;
  size_t loops_ = 0;
  std::array<Loop, kMostLoops> loop_;
  std::array<int, kDimCount> loop_of_{};  // -1: one trip
  std::array<bool, kDimCount> one_{};     // a tile may be one index
  std::vector<int64_t> base_;             // per unrolling: steps along dims of one trip
  std::vector<std::array<std::array<int64_t, 2>, kMostLoops>> steps_;  // full tiles, last ones
  // By the code of a state, -1: not known yet.
  std::vector<int64_t> bodies_;
  std::array<std::vector<int64_t>, kMostLoops> into_array_;  // by innermost loop
  std::array<std::vector<int64_t>, kMostOperands> whole_;
  std::array<std::array<std::vector<int64_t>, kMostLoops>, kMostOperands> sliding_;
  std::array<std::vector<int64_t>, kMostOperands> most_;
  std::array<std::vector<int64_t>, 2> at_array_;

  // Of the order.
  std::array<size_t, kMostLoops> order_{};  // positions in loop_, outermost first
  std::array<int, kMostOperands> depth_{};  // innermost loop that moves it
  std::array<int64_t, kMostOperands> parts_{};
  unsigned may_spread_ = 0, spread_ = 0, ignored_ = 0;  // operands; the last count for nothing
  bool returns_ = false;                                // OUT leaves unfinished
  int64_t total_ = 0, excess_ = 0, enough_ = 0, excess_enough_ = 0;
  bool knows_most_ = true;  // slots take no longer than bytes say
};

}  // namespace tilewright
