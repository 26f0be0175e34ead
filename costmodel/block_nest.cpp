#include "costmodel/block_nest.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "costmodel/odometer.h"

namespace tilewright {

namespace {

// One block nest for one tile: loops of several trips in this very tile.
class BlockNest {
 public:
  BlockNest(const Work& work, const UnitTimes& times, const LoopNest& nest, const TileShape& tile)
      : work_(work), times_(times), nest_(nest), tile_(tile) {
    const bool later = nest.inner.back().type == TransferType::DoubleBuffer;  // drained
    for (const Loop& loop : nest.b_loops) {
      const int64_t trips = ceil_div(tile.ext[loop.ref.dim], loop.step);
      if (trips < 2) continue;
      const auto l = static_cast<size_t>(odometer_.loops++);
      loops_[l] = &loop;
      odometer_.trips[l] = trips;
      odometer_.classes[l] =
          PlainClasses::of(trips, later && contains(nest.b_partial, loop.ref.dim));
    }
    for (size_t m = 0; m < nest.inner.size(); ++m) {
      depth_[m] = nest.inner[m].inner == Place::Pe ? kMaxLoops : -1;  // anew with each block
      for (int l = 0; l < odometer_.loops; ++l)
        if (depth_[m] < kMaxLoops &&
            contains(nest.inner[m].moves, loops_[static_cast<size_t>(l)]->ref.dim))
          depth_[m] = l;
    }
    out_ = nest.inner.size() - 1;
    out_dims_ = work.operands[static_cast<size_t>(nest.inner[out_].operand)].dims();
  }

  // The first `most` steps, one by one.
  std::vector<BlockStep> first_steps(int64_t most) {
    std::vector<BlockStep> steps;
    Kind state = odometer_.state(LoopIndex{});
    for (int64_t n = 0; n < most; ++n) {
      steps.push_back(step_at(state));
      if (state.is_last()) break;
      state = odometer_.state(odometer_.next(state));
    }
    return steps;
  }

  // What comes before the first step.
  std::array<int64_t, 2> first_loads() {
    const Extents ext = block(LoopIndex{});
    std::array<int64_t, 2> cycles{};
    for (size_t m = 0; m < out_; ++m)
      if (nest_.inner[m].type == TransferType::DoubleBuffer && !kept(m))
        cycles[m] = load(m, ext, 1);
    return cycles;
  }

  BodyCost run() {
    const auto first = first_loads();
    for (size_t m = 0; m < out_; ++m)
      body_.cost.add(CostClass::NonOverlapped, link_of(m), first[m]);
    odometer_.for_each_kind([this](const Kind& kind) { step(kind); });
    if (nest_.inner[out_].type == TransferType::DoubleBuffer) last_drain();
    return body_;
  }

 private:
  struct DrainTime {
    int64_t sfu = 0, link = 0, bytes = 0;
  };

  Extents block(const LoopIndex& index) const {
    Extents ext = tile_.ext;
    for (int l = 0; l < odometer_.loops; ++l) {
      const auto k = static_cast<size_t>(l);
      const Loop& loop = *loops_[k];
      ext[loop.ref.dim] = std::min(loop.step, tile_.ext[loop.ref.dim] - index[k] * loop.step);
    }
    return ext;
  }

  int64_t load_bytes(size_t m, const Extents& ext) const {
    const Motion& motion = nest_.inner[m];
    const Operand& operand = work_.operands[static_cast<size_t>(motion.operand)];
    if (motion.inner == Place::Pe)
      return packed_bytes(elems_in_steps(operand, nest_.unroll, ext), motion.link_bits);
    return packed_bytes(box_elems(operand, motion.steps, ext), motion.link_bits);
  }

  bool kept(size_t m) const {
    const Motion& motion = nest_.inner[m];
    return motion.moves == 0 && motion.inner != Place::Pe && (tile_.fresh >> m & 1) == 0;
  }

  bool past_lx(size_t m) const { return nest_.inner[m].outer == Place::External; }
  Resource link_of(size_t m) const {
    return past_lx(m)             ? Resource::External
           : nest_.inner[m].store ? Resource::ArrayOut
                                  : Resource::ArrayIn;
  }

  // [T4] of a block in external memory.
  int64_t bytes_outside(size_t m, const Extents& ext, int64_t elem_bits) const {
    const Motion& motion = nest_.inner[m];
    const Operand& operand = work_.operands[static_cast<size_t>(motion.operand)];
    int64_t runs = 1, run = 1;
    for (size_t a = 0; a < operand.axes.size(); ++a)
      ((motion.run_axes >> a & 1) != 0 ? run : runs) *=
          axis_points(operand.axes[a], motion.steps[a], ext);
    return runs * round_up(packed_bytes(run, elem_bits), times_.granule);
  }

  // Time of one load, whose bytes are counted `count` times.
  int64_t load(size_t m, const Extents& ext, int64_t count) {
    const Motion& motion = nest_.inner[m];
    if (past_lx(m)) return load_past_lx(m, ext, count);
    const int64_t bytes = load_bytes(m, ext);
    body_.array_in_bytes += bytes * count;
    if (motion.inner == Place::Pe) body_.pe_bytes += bytes * count;
    if (motion.inner != Place::Lrf) return UnitTimes::link(times_.array_in, bytes);
    body_.lrf_bytes += bytes * count;
    return std::max(UnitTimes::link(times_.array_in, bytes), shift_in(m, ext));
  }

  int64_t load_past_lx(size_t m, const Extents& ext, int64_t count) {
    const int64_t bytes = bytes_outside(m, ext, nest_.inner[m].link_bits);
    body_.external_bytes += bytes * count;
    const int64_t cycles = times_.past_lx(bytes, nest_.cores, false);
    return nest_.inner[m].inner == Place::Lrf ? std::max(cycles, shift_in(m, ext)) : cycles;
  }

  // [C6]
  int64_t shift_in(size_t m, const Extents& ext) const {
    const Motion& motion = nest_.inner[m];
    Extents pe = ext;
    for (Dim d : kDims) pe[d] = ceil_div(ext[d], nest_.pe_unroll[d]);
    return times_.lrf_load_cycles *
           box_elems(work_.operands[static_cast<size_t>(motion.operand)], motion.steps, pe);
  }

  DrainTime drain(const LoopIndex& index, int64_t count) {
    const Extents ext = block(index);
    bool first = tile_.first, final = tile_.final && nest_.rounds.empty();
    for (int l = 0; l < odometer_.loops; ++l) {
      const auto k = static_cast<size_t>(l);
      if (!contains(nest_.b_partial, loops_[k]->ref.dim)) continue;
      if (l < depth_[out_] && index[k] > 0) first = false;
      if (index[k] < odometer_.trips[k] - 1) final = false;
    }
    int64_t n = 1;
    for (Dim d : kDims)
      if (contains(out_dims_, d)) n *= ext[d];
    DrainTime time;
    time.sfu = times_.drain_sfu(n, first, final);
    if (!first) body_.added += n * count;
    if (past_lx(out_)) {  // sums come back from external memory, and leave to it
      time.bytes = (first ? 0 : bytes_outside(out_, ext, kPartialSumBits)) +
                   bytes_outside(out_, ext, final ? nest_.inner[out_].link_bits : kPartialSumBits);
      time.link = times_.past_lx(time.bytes, nest_.cores, true);
      body_.external_bytes += time.bytes * count;
      return time;
    }
    time.bytes = packed_bytes(n, nest_.inner[out_].link_bits) * (first ? 1 : 2);
    time.link = UnitTimes::link(times_.array_out, time.bytes);
    body_.array_out_bytes += time.bytes * count;
    return time;
  }

  // [B2] Block-loads, then whatever runs side by side.
  BlockStep step_at(const Kind& kind) {
    const Extents here = block(kind.index);
    const Extents after = kind.is_last() ? here : block(odometer_.next(kind));
    BlockStep step;
    step.drain_external = past_lx(out_);
    for (size_t m = 0; m < out_; ++m) {
      const TransferType type = nest_.inner[m].type;
      if (type == TransferType::DoubleBuffer) {
        if (kind.next_enters(depth_[m])) step.beside[m] = load(m, after, kind.count);
      } else if (kind.enters(depth_[m]) && !kept(m)) {
        (type == TransferType::Stream ? step.beside : step.blocking)[m] = load(m, here, kind.count);
      }
    }
    step.array = times_.array_busy(here, nest_.unroll);
    const bool stream = nest_.inner[out_].type == TransferType::Stream;
    if (stream ? kind.leaves(depth_[out_]) : kind.previous_leaves(depth_[out_])) {
      const DrainTime time = drain(stream ? kind.index : odometer_.previous(kind), kind.count);
      step.drain_sfu = time.sfu;
      step.drain_link = time.link;
    }
    return step;
  }

  void step(const Kind& kind) {
    const BlockStep s = step_at(kind);
    Cost cost;
    cost.add(CostClass::MacCompute, Resource::Array, s.array);
    cost.add(CostClass::PipeBubble, Resource::Array, times_.fill);
    cost.add(CostClass::PipeBubble, Resource::Sync, 2 * times_.semaphore);
    const int64_t sfu_start = 3 * times_.semaphore;
    cost.raise_to(sfu_start, CostClass::PipeBubble, Resource::Sync);
    cost.raise_to(sfu_start + s.drain_sfu, CostClass::Auxiliary, Resource::Sfu);
    cost.raise_to(sfu_start + s.drain_link, CostClass::OverlappedVisible, link_of(out_));
    const size_t longer = s.beside[0] < s.beside[1] ? 1 : 0;
    cost.raise_to(s.beside[0] + s.beside[1], CostClass::OverlappedVisible, link_of(longer));
    for (size_t m = 0; m < out_; ++m) cost.add(CostClass::NonOverlapped, link_of(m), s.blocking[m]);
    body_.cost.add(cost, kind.count);
  }

  void last_drain() {
    const DrainTime time = drain(odometer_.last(), 1);
    Cost cost;
    cost.add(CostClass::Auxiliary, Resource::Sfu, time.sfu);
    cost.raise_to(time.link, CostClass::NonOverlapped, link_of(out_));
    cost.add(CostClass::PipeBubble, Resource::Sync, 2 * times_.semaphore);
    body_.cost.add(cost);
  }

  const Work& work_;
  const UnitTimes& times_;
  const LoopNest& nest_;
  const TileShape& tile_;
  Odometer<PlainClasses> odometer_;
  std::array<const Loop*, kMaxLoops> loops_{};
  std::array<int, 4> depth_{};  // per inner motion
  size_t out_ = 0;
  DimSet out_dims_ = 0;
  BodyCost body_;
};

}  // namespace

BodyCost block_nest_cost(const Work& work, const UnitTimes& times, const LoopNest& nest,
                         const TileShape& tile) {
  for (Dim d : kDims)
    if (tile.ext[d] == 0) return {};
  return BlockNest(work, times, nest, tile).run();
}

std::array<int64_t, 2> first_block_loads(const Work& work, const UnitTimes& times,
                                         const LoopNest& nest, const TileShape& tile) {
  for (Dim d : kDims)
    if (tile.ext[d] == 0) return {};
  return BlockNest(work, times, nest, tile).first_loads();
}

std::vector<BlockStep> first_block_steps(const Work& work, const UnitTimes& times,
                                         const LoopNest& nest, const TileShape& tile,
                                         int64_t most) {
  for (Dim d : kDims)
    if (tile.ext[d] == 0) return {};
  return BlockNest(work, times, nest, tile).first_steps(most);
}

BodyCost elementwise_cost(const Work& work, const UnitTimes& times, const LoopNest& nest,
                          const TileShape& tile) {
  BodyCost body;
  int64_t points = 1;
  for (Dim d : kDims) points *= tile.ext[d];
  if (points == 0) return body;
  for (const Motion& m : nest.external) {
    const Operand& operand = work.operands[static_cast<size_t>(m.operand)];
    const int64_t bytes = packed_bytes(box_elems(operand, m.steps, tile.ext), m.cell_bits);
    if (m.store)
      body.array_out_bytes += bytes * (tile.first ? 1 : 2);
    else
      body.array_in_bytes += bytes;
  }
  const int64_t in = hold_cycles(body.array_in_bytes, times.array_in.bytes_per_cycle);
  const int64_t out = hold_cycles(body.array_out_bytes, times.array_out.bytes_per_cycle);
  Cost& cost = body.cost;
  cost.add(CostClass::Auxiliary, Resource::Sfu, times.elementwise(points));
  cost.raise_to(in, CostClass::Auxiliary, Resource::ArrayIn);
  cost.raise_to(out, CostClass::Auxiliary, Resource::ArrayOut);
  cost.add(CostClass::Auxiliary, Resource::Sfu, times.sfu_latency);
  return body;
}

BodyCost body_cost(const Work& work, const UnitTimes& times, const LoopNest& nest,
                   const TileShape& tile) {
  switch (work.kind) {
    case WorkKind::Array:
      return block_nest_cost(work, times, nest, tile);
    case WorkKind::Sfu:
      return elementwise_cost(work, times, nest, tile);
    case WorkKind::Move:
      return {};
  }
  return {};
}

}  // namespace tilewright
