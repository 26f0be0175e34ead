// The steps of a block nest, those that are alike together. Equation [W3] of README.md.
#pragma once

#include "costmodel/block_pieces.h"

namespace tilewright {

// One state of the nest, how many are like it, and its neighbours. `entered` (`left`): the
// outermost loop that changes on the way in (out), every loop further in changes, too; kNone in the
// first (last) state, where `previous` (`next`) says nothing.
struct BlockState {
  static constexpr int kNone = -1;
  int entered = kNone, left = kNone;
  BlockCode previous = 0, here = 0, next = 0;
  int64_t count = 1;
};

// The loops of several trips in one tile, outermost first.
class BlockWalk {
 public:
  // `visit`: of kLater and kUnfinished, what holds in all of the tile.
  BlockWalk(const BlockPieces& pieces, const BlockPlan& plan, BlockCode visit);

  // Innermost loop that moves with hop x; -1: none.
  int depth(size_t x) const { return depth_[x]; }
  // Codes of drains have one of these for their kLater and kUnfinished.
  std::span<const BlockCode> visits() const { return {visits_.data(), visit_kinds_}; }
  BlockCode last() const { return visit_ | all_last(-1); }

  // Calls each(state) once for all states that are alike; the counts sum to the number of states.
  template <class Each>
  void for_kinds(Each&& each) const;
  // Calls each(state) for the first states, at most so many, one by one.
  template <class Each>
  void for_first(int64_t most, Each&& each) const;

 private:
  // Indices of a loop that are alike, and pairs of neighbours.
  struct Alike {
    BlockCode code;
    int64_t count;
  };
  struct Steps {
    BlockCode from, to;
    int64_t count;
  };
  struct Level {
    int64_t trips;
    BlockCode first, middle, last;
    BlockCode firsts_within, lasts_within;  // of all loops further in
    size_t index_kinds, step_kinds;
    std::array<Alike, 3> indices;
    std::array<Steps, 3> steps;

    Level() = default;  // leaves all open
    Level(int64_t trips_in, BlockCode first_in, BlockCode middle_in, BlockCode last_in);
    BlockCode at(int64_t index) const {
      return index == 0 ? first : index == trips - 1 ? last : middle;
    }
  };
  using Index = std::array<int64_t, kDimCount>;

  const Level& level(int l) const { return levels_[static_cast<size_t>(l)]; }
  // Of the loops further in than l.
  BlockCode all_first(int l) const {
    return l >= 0 ? level(l).firsts_within : loops_ == 0 ? 0 : level(0).first | all_first(0);
  }
  BlockCode all_last(int l) const {
    return l >= 0 ? level(l).lasts_within : loops_ == 0 ? 0 : level(0).last | all_last(0);
  }
  BlockCode code(const Index& index) const;
  BlockState state(const Index& index) const;
  Index next(Index index, int left) const;

  template <class Each>
  void turn(int l, const BlockState& s, Each& each) const;
  template <class Each>
  void descend(int l, BlockCode outside, int64_t count, Each& each) const;

  int loops_ = 0;
  std::array<Level, kDimCount> levels_;
  std::array<int, 3> depth_{-1, -1, -1};
  BlockCode visit_;
  std::array<BlockCode, 3> visits_{};
  size_t visit_kinds_ = 1;
};

template <class Each>
void BlockWalk::for_kinds(Each&& each) const {
  if (loops_ == 0) {
    each(BlockState{-1, -1, visit_, visit_, visit_, 1});
    return;
  }
  turn(BlockState::kNone, {-1, -1, visit_, visit_, visit_, 1}, each);
  descend(0, visit_, 1, each);
}

// The two states where loop l steps on from s.here to s.next (kNone: the nest's ends): the one
// before, whose loops further in are at their last indices, and the one after, whose are at the
// first.
template <class Each>
void BlockWalk::turn(int l, const BlockState& s, Each& each) const {
  const int inner = loops_ - 1;
  const BlockCode edge = level(inner).last;
  const BlockCode from = s.here | all_last(l), to = s.next | all_first(l);
  const BlockCode second = level(inner).trips == 2 ? to | edge : to;
  each(BlockState{inner, l, from & ~edge, from, to, s.count});
  each(BlockState{l, inner, from, to, second, s.count});
}

// States whose outermost loop that changes is l or further in, on either side; the loops outside
// are at indices of `outside`, in `count` ways.
template <class Each>
void BlockWalk::descend(int l, BlockCode outside, int64_t count, Each& each) const {
  const Level& at = level(l);
  if (l == loops_ - 1) {  // between its ends
    if (at.trips < 3) return;
    const int64_t alike = at.last == 0 ? at.trips - 2 : at.trips - 3;
    if (alike > 0) each(BlockState{l, l, outside, outside, outside, count * alike});
    if (at.last != 0) each(BlockState{l, l, outside, outside, outside | at.last, count});
    return;
  }
  for (size_t k = 0; k < at.step_kinds; ++k) {
    const Steps& step = at.steps[k];
    turn(l, {-1, -1, 0, outside | step.from, outside | step.to, count * step.count}, each);
  }
  for (size_t k = 0; k < at.index_kinds; ++k) {
    const Alike& indices = at.indices[k];
    descend(l + 1, outside | indices.code, count * indices.count, each);
  }
}

template <class Each>
void BlockWalk::for_first(int64_t most, Each&& each) const {
  Index index{};
  for (int64_t n = 0; n < most; ++n) {
    const BlockState s = state(index);
    each(s);
    if (s.left == BlockState::kNone) return;
    index = next(index, s.left);
  }
}

}  // namespace tilewright
