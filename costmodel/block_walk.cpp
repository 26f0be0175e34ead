#include "costmodel/block_walk.h"

namespace tilewright {

// Indices whose codes agree, and pairs of neighbours.
void BlockWalk::Level::group() {
  const auto put = [this](BlockCode c, int64_t n) {
    if (index_kinds > 0 && indices[static_cast<size_t>(index_kinds - 1)].code == c)
      indices[static_cast<size_t>(index_kinds - 1)].count += n;
    else if (n > 0)
      indices[static_cast<size_t>(index_kinds++)] = {c, n};
  };
  put(first, 1);
  put(middle, trips - 2);
  put(last, 1);
  const auto step = [this](BlockCode from, BlockCode to, int64_t n) {
    Steps* before = step_kinds > 0 ? &steps[static_cast<size_t>(step_kinds - 1)] : nullptr;
    if (before != nullptr && before->from == from && before->to == to)
      before->count += n;
    else if (n > 0)
      steps[static_cast<size_t>(step_kinds++)] = {from, to, n};
  };
  if (trips == 2) return step(first, last, 1);
  step(first, middle, 1);
  step(middle, middle, trips - 3);
  step(middle, last, 1);
}

BlockWalk::BlockWalk(const BlockPieces& pieces, const BlockPlan& plan, BlockCode visit)
    : visit_(visit) {
  std::array<Dim, kDimCount> dims{};
  for (Dim d : plan.loop_dims()) {
    const int64_t trips = pieces.trips[static_cast<size_t>(d)];
    if (trips < 2) continue;
    for (size_t x = 0; x < depth_.size(); ++x)
      if (contains(plan.hops[x].moves, d)) depth_[x] = loops_;
    dims[static_cast<size_t>(loops_)] = d;
    Level& level = levels_[static_cast<size_t>(loops_++)];
    level.trips = trips;
    level.last = pieces.edge[static_cast<size_t>(d)];
  }
  bool several = false;
  BlockCode firsts = 0, lasts = 0;
  for (int l = loops_ - 1; l >= 0; --l) {
    Level& level = levels_[static_cast<size_t>(l)];
    if (l < depth_[2] && contains(plan.partial, dims[static_cast<size_t>(l)])) {
      several = true;
      level.first = BlockPieces::kUnfinished;
      level.middle = BlockPieces::kLater | BlockPieces::kUnfinished;
      level.last |= BlockPieces::kLater;
    }
    level.group();
    level.firsts_within = firsts;
    level.lasts_within = lasts;
    firsts |= level.first;
    lasts |= level.last;
  }
  visits_[0] = visit;
  if (!several) return;
  visit_kinds_ = 0;
  for (const BlockCode c : {BlockPieces::kUnfinished,
                            BlockPieces::kLater | BlockPieces::kUnfinished, BlockPieces::kLater}) {
    const BlockCode one = c | visit;
    if (visit_kinds_ == 0 || visits_[visit_kinds_ - 1] != one) visits_[visit_kinds_++] = one;
  }
}

BlockCode BlockWalk::code(const Index& index) const {
  BlockCode c = visit_;
  for (int l = 0; l < loops_; ++l) c |= level(l).at(index[static_cast<size_t>(l)]);
  return c;
}

BlockWalk::Index BlockWalk::next(Index index, int left) const {
  ++index[static_cast<size_t>(left)];
  for (int l = left + 1; l < loops_; ++l) index[static_cast<size_t>(l)] = 0;
  return index;
}

BlockState BlockWalk::state(const Index& index) const {
  BlockState s;
  for (int l = 0; l < loops_; ++l) {
    const int64_t at = index[static_cast<size_t>(l)];
    if (at > 0) s.entered = l;
    if (at < level(l).trips - 1) s.left = l;
  }
  s.here = s.previous = s.next = code(index);
  if (s.left != BlockState::kNone) s.next = code(next(index, s.left));
  if (s.entered == BlockState::kNone) return s;
  Index before = index;
  --before[static_cast<size_t>(s.entered)];
  for (int l = s.entered + 1; l < loops_; ++l) before[static_cast<size_t>(l)] = level(l).trips - 1;
  s.previous = code(before);
  return s;
}

}  // namespace tilewright
