// Kinds of iteration: the states of a loop nest grouped so that each group costs the same, with the
// number of its members. Equations [W1], [W2] of README.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tilewright {

inline constexpr int kMaxLoops = 8;
using LoopIndex = std::array<int64_t, kMaxLoops>;  // per loop of the nest, outermost first

// A run of consecutive indices of one loop that are alike: in extent, in traffic, and in those of
// the neighbours on either side.
struct IndexClass {
  int64_t index = 0;  // a representative
  int64_t count = 1;
};

// One kind: a state, how many states are like it, and what changes on the way in and out.
struct Kind {
  LoopIndex index{};
  int64_t count = 1;
  // Loop position of the outermost loop that changes between the state before (after) and this one;
  // every loop further in changes, too. kNone in the nest's first (last) state.
  int entered_at = 0, left_at = 0;

  static constexpr int kNone = -1;
  bool is_first() const { return entered_at == kNone; }
  bool is_last() const { return left_at == kNone; }
  // An operand whose innermost moving loop is at `depth` (-1: it never moves).
  bool enters(int depth) const { return is_first() || depth >= entered_at; }
  bool leaves(int depth) const { return is_last() || depth >= left_at; }
  bool next_enters(int depth) const { return !is_last() && depth >= left_at; }
  bool previous_leaves(int depth) const { return !is_first() && depth >= entered_at; }
};

// Loops with their classes; every loop has at least two trips.
template <class Classes>
struct Odometer {
  int loops = 0;
  std::array<int64_t, kMaxLoops> trips{};
  std::array<Classes, kMaxLoops> classes;  // a range of IndexClass, in order of index

  LoopIndex next(const Kind& kind) const {
    LoopIndex index = kind.index;
    ++index[static_cast<size_t>(kind.left_at)];
    for (int l = kind.left_at + 1; l < loops; ++l) index[static_cast<size_t>(l)] = 0;
    return index;
  }
  LoopIndex previous(const Kind& kind) const {
    LoopIndex index = kind.index;
    --index[static_cast<size_t>(kind.entered_at)];
    for (int l = kind.entered_at + 1; l < loops; ++l)
      index[static_cast<size_t>(l)] = trips[static_cast<size_t>(l)] - 1;
    return index;
  }
  LoopIndex last() const {
    LoopIndex index{};
    for (int l = 0; l < loops; ++l)
      index[static_cast<size_t>(l)] = trips[static_cast<size_t>(l)] - 1;
    return index;
  }

  // The kind of one state alone.
  Kind state(const LoopIndex& index) const {
    Kind kind;
    kind.index = index;
    kind.entered_at = kind.left_at = Kind::kNone;
    for (int l = 0; l < loops; ++l) {
      const auto k = static_cast<size_t>(l);
      if (index[k] > 0) kind.entered_at = l;
      if (index[k] < trips[k] - 1) kind.left_at = l;
    }
    return kind;
  }

  // Calls visit(kind) once per kind; the counts sum to the number of states.
  template <class Visit>
  void for_each_kind(Visit&& visit) const {
    Kind kind;
    descend(0, kind, visit);
  }

 private:
  template <class Visit>
  void descend(int loop, Kind& kind, Visit& visit) const {
    if (loop == loops) {
      Kind one = state(kind.index);
      one.count = kind.count;
      visit(static_cast<const Kind&>(one));
      return;
    }
    const int64_t outer = kind.count;
    for (const IndexClass& c : classes[static_cast<size_t>(loop)]) {
      kind.index[static_cast<size_t>(loop)] = c.index;
      kind.count = outer * c.count;
      descend(loop + 1, kind, visit);
    }
    kind.count = outer;
  }
};

// [W1] Classes of a loop whose indices differ only by the last one's extent.
struct PlainClasses {
  std::array<IndexClass, 4> items{};
  int size = 0;

  static PlainClasses of(int64_t trips) {
    PlainClasses c;
    auto put = [&c](int64_t index, int64_t count) {
      if (count > 0) c.items[static_cast<size_t>(c.size++)] = {index, count};
    };
    put(0, 1);
    put(1, trips - 3);                  // neighbours on both sides are full
    if (trips >= 3) put(trips - 2, 1);  // the next one is the edge
    put(trips - 1, 1);
    return c;
  }
  const IndexClass* begin() const { return items.data(); }
  const IndexClass* end() const { return items.data() + size; }
};

}  // namespace tilewright
