#include "costmodel/block_walk.h"

namespace tilewright {

BlockWalk::Level::Level(int64_t trips_in, BlockCode first_in, BlockCode middle_in,
                        BlockCode last_in)
    : trips(trips_in),
      first(first_in),
      middle(middle_in),
      last(last_in),
      firsts_within(0),
      lasts_within(0),
      index_kinds(0),
      step_kinds(0) {
  const auto put = [this](BlockCode code, int64_t count) {
    if (index_kinds > 0 && indices[index_kinds - 1].code == code)
      indices[index_kinds - 1].count += count;
    else if (count > 0)
      indices[index_kinds++] = {code, count};
  };
  put(first, 1);
  put(middle, trips - 2);
  put(last, 1);
  const auto step = [this](BlockCode from, BlockCode to, int64_t count) {
    if (step_kinds > 0 && steps[step_kinds - 1].from == from && steps[step_kinds - 1].to == to)
      steps[step_kinds - 1].count += count;
    else if (count > 0)
      steps[step_kinds++] = {from, to, count};
  };
  if (trips == 2) {
    step(first, last, 1);
    return;
  }
  step(first, middle, 1);
  step(middle, middle, trips - 3);
  step(middle, last, 1);
}

BlockWalk::BlockWalk(const BlockPieces& pieces, const BlockPlan& plan, BlockCode visit)
    : visit_(visit) {
  std::array<Dim, kDimCount> dims;
  for (Dim d : plan.loop_dims()) {
    if (pieces.trips[static_cast<size_t>(d)] < 2) continue;
    for (size_t x = 0; x < depth_.size(); ++x)
      if (contains(plan.hops[x].moves, d)) depth_[x] = loops_;
    dims[static_cast<size_t>(loops_++)] = d;
  }
  bool several = false;
  BlockCode firsts = 0, lasts = 0;
  for (int l = loops_ - 1; l >= 0; --l) {
    const Dim d = dims[static_cast<size_t>(l)];
    const auto k = static_cast<size_t>(d);
    BlockCode first = 0, middle = 0, last = pieces.edge[k];
    if (l < depth_[2] && contains(plan.partial, d)) {
      several = true;
      first = BlockPieces::kUnfinished;
      middle = BlockPieces::kLater | BlockPieces::kUnfinished;
      last |= BlockPieces::kLater;
    }
    Level& level = levels_[static_cast<size_t>(l)];
    level = Level(pieces.trips[k], first, middle, last);
    level.firsts_within = firsts;
    level.lasts_within = lasts;
    firsts |= first;
    lasts |= last;
  }
  visits_[0] = visit;
  if (!several) return;
  visit_kinds_ = 0;
  for (const BlockCode c : {BlockPieces::kUnfinished,
                            BlockPieces::kLater | BlockPieces::kUnfinished, BlockPieces::kLater})
    if (visit_kinds_ == 0 || visits_[visit_kinds_ - 1] != (c | visit))
      visits_[visit_kinds_++] = c | visit;
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
