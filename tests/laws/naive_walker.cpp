#include "tests/laws/naive_walker.h"

#include <algorithm>
#include <map>

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/loop_nest.h"
#include "compiler/mapping/share.h"
#include "costmodel/unit_times.h"
#include "tests/laws/walk.h"

namespace tilewright::test {

namespace {

class Layer {
 public:
  Layer(const Work& work, const System& system, const PrecisionInfo& precision, const RapidDsc& dsc)
      : work_(work),
        dsc_(dsc),
        nest_(lower(work, system, precision, dsc)),
        times_(work, system, precision),
        cores_(system.chip.cores),
        tiles_(nest_.t_loops, nest_.share) {
    starts_ = {Extents{}};
    shares_ = {work.extent};
    for (Dim d : kDims) divide(d);
  }

  int64_t cycles() {
    int64_t total = times_.layer_cycles;
    for (const Motion& m : nest_.external) {
      if (m.type == TransferType::BlockLoad) continue;
      total += load(m, 0) + store(m, tiles_.states.size() - 1);
    }
    for (size_t s = 0; s < tiles_.states.size(); ++s) total += step(s);
    return total;
  }

 private:
  void divide(Dim d) {
    std::vector<Extents> starts, shares;
    for (size_t c = 0; c < starts_.size(); ++c)
      for (const Slice& slice : slices(work_.extent[d], dsc_.core_d.parts[d], dsc_.core_d.share)) {
        starts.push_back(starts_[c]);
        shares.push_back(shares_[c]);
        starts.back()[d] = slice.start;
        shares.back()[d] = slice.size;
      }
    starts_ = starts;
    shares_ = shares;
  }

  const Operand& operand(const Motion& m) const {
    return work_.operands[static_cast<size_t>(m.operand)];
  }

  // Points inside the tensor along an axis of the box at `pos`; beside the box of the state before,
  // only those beyond it.
  static int64_t points(const AccessAxis& axis, int64_t step, const Extents& pos,
                        const Extents& ext, const Extents* pos_before, const Extents& ext_before) {
    const auto first = [&](const Extents& at) {
      int64_t index = axis.offset;
      for (const AccessTerm& term : axis.terms) index += term.coefficient * at[term.dim];
      return index;
    };
    int64_t known = INT64_MIN, count = 0;
    if (pos_before != nullptr)
      known = first(*pos_before) + step * (axis_points(axis, step, ext_before) - 1);
    for (int64_t x = 0; x < axis_points(axis, step, ext); ++x) {
      const int64_t index = first(pos) + step * x;
      count += index > known && index >= 0 && index < axis.extent ? 1 : 0;
    }
    return count;
  }

  // Whether m's tile at state s lies beside that of the state before: its innermost loop stepped.
  bool slides(const Motion& m, size_t s) const {
    if (!dsc_.data_structures[static_cast<size_t>(m.operand)].transfers[0].slide) return false;
    for (size_t l = tiles_.loops.size(); l-- > 0;)
      if (contains(m.moves, tiles_.loops[l].ref.dim))
        return tiles_.enters(s, m.moves) && tiles_.states[s][l] > 0;
    return false;
  }

  // Whether m's innermost loop moves the axis.
  bool moves(const AccessAxis& axis, const Motion& m) const {
    for (size_t l = tiles_.loops.size(); l-- > 0;) {
      const Dim d = tiles_.loops[l].ref.dim;
      if (!contains(m.moves, d)) continue;
      for (const AccessTerm& term : axis.terms)
        if (term.dim == d) return true;
      return false;
    }
    return false;
  }
  Extents position(size_t core, size_t s) const {
    Extents pos = tiles_.position(s);
    for (Dim d : kDims) pos[d] += starts_[core][d];
    return pos;
  }

  // Bytes of the largest piece that any core moves at a state.
  int64_t piece(const Motion& m, size_t s, int64_t elem_bits) const {
    int64_t most = 0;
    for (size_t c = 0; c < starts_.size(); ++c) {
      const Extents pos = position(c, s), ext = tiles_.extent(s, shares_[c]);
      Extents pos_before, ext_before;
      const bool slide = slides(m, s);
      if (slide) pos_before = position(c, s - 1);
      if (slide) ext_before = tiles_.extent(s - 1, shares_[c]);
      int64_t run = 1, runs = 1;
      for (size_t a = 0; a < operand(m).axes.size(); ++a) {
        const bool along = slide && moves(operand(m).axes[a], m);
        ((m.run_axes >> a & 1) != 0 ? run : runs) *= points(
            operand(m).axes[a], m.steps[a], pos, ext, along ? &pos_before : nullptr, ext_before);
      }
      most = std::max(most, runs * round_up(ceil_div(run * elem_bits, 8), times_.granule));
    }
    return most;
  }
  int64_t slot(const Motion& m, int64_t bytes, bool store) const {
    return times_.external(bytes, m.pieces, store, m.ring);
  }
  int64_t load(const Motion& m, size_t s) const {
    if (!m.store) return slot(m, piece(m, s, m.link_bits), false);
    return tiles_.at_first(s, m.revisits) ? 0 : slot(m, piece(m, s, kPartialSumBits), false);
  }
  int64_t store(const Motion& m, size_t s) const {
    if (!m.store) return 0;
    const bool last = tiles_.at_last(s, m.revisits);
    return slot(m, piece(m, s, last ? m.link_bits : kPartialSumBits), true);
  }

  // A part of what enters next after (was left last before) the stay that s belongs to.
  int64_t part(const Motion& m, size_t s) const {
    size_t first = s, end = s + 1;
    while (!tiles_.enters(first, m.moves)) --first;
    while (!tiles_.leaves(end - 1, m.moves)) ++end;
    if (m.store ? first == 0 : end == tiles_.states.size()) return 0;
    const int64_t bytes = piece(m, m.store ? first - 1 : end, m.link_bits);
    return slot(m, ceil_div(bytes, static_cast<int64_t>(end - first)), m.store);
  }

  int64_t step(size_t s) {
    int64_t blocking = 0, beside = 0;
    for (const Motion& m : nest_.external) {
      if (m.type == TransferType::Stream) {
        beside += part(m, s);
      } else if (m.type == TransferType::BlockLoad) {
        if (tiles_.enters(s, m.moves)) blocking += load(m, s);
        if (tiles_.leaves(s, m.moves)) blocking += store(m, s);
      } else {
        if (s + 1 < tiles_.states.size() && tiles_.enters(s + 1, m.moves)) beside += load(m, s + 1);
        if (s > 0 && tiles_.leaves(s - 1, m.moves)) beside += store(m, s - 1);
      }
    }
    if (work_.kind == WorkKind::Move) return blocking + beside;
    return blocking + std::max(body(s) + 2 * times_.semaphore, beside) + sum_up(s);
  }

  // Groups of cores that differ in reduced dims alone: places on the ring, in order.
  std::vector<std::vector<int64_t>> groups() const {
    std::vector<Extents> at = {Extents{}};  // coordinates, per place
    for (Dim d : dsc_.core_d.ring_order) {
      std::vector<Extents> finer;
      for (const Extents& core : at)
        for (int64_t k = 0; k < dsc_.core_d.parts[d]; ++k) {
          finer.push_back(core);
          finer.back()[d] = k;
        }
      at = finer;
    }
    std::map<std::vector<int64_t>, std::vector<int64_t>> groups;
    for (size_t place = 0; place < at.size(); ++place) {
      std::vector<int64_t> key;
      bool empty = false;
      for (Dim d : kDims) {
        if (contains(work_.reduction, d)) continue;
        const auto k = static_cast<size_t>(at[place][d]);
        key.push_back(at[place][d]);
        empty |= slices(work_.extent[d], dsc_.core_d.parts[d], dsc_.core_d.share)[k].size == 0;
      }
      if (!empty) groups[key].push_back(static_cast<int64_t>(place));
    }
    std::vector<std::vector<int64_t>> all;
    for (const auto& [key, members] : groups) all.push_back(members);
    return all;
  }

  // One round: each message walks link by link.
  int64_t ring_round(size_t k, int64_t bytes) const {
    std::map<std::pair<int64_t, bool>, int64_t> carried;
    int64_t most_hops = 0, most = 0;
    for (const auto& members : groups()) {
      int64_t at = members[k];
      const int64_t to = members[k + 1];
      const int64_t ahead = (to - at + cores_) % cores_;
      const bool up = ahead <= cores_ - ahead;
      int64_t hops = 0;
      for (; at != to; ++hops) {
        most = std::max(most, carried[{at, up}] += bytes);
        at = (at + (up ? 1 : cores_ - 1)) % cores_;
      }
      most_hops = std::max(most_hops, hops);
    }
    return most_hops * times_.ring.latency_cycles + hold_cycles(most, times_.ring.bytes_per_cycle);
  }

  bool divided() const {
    for (Dim d : kDims)
      if (contains(work_.reduction, d) && dsc_.core_d.parts[d] > 1) return true;
    return false;
  }

  int64_t sum_up(size_t s) const {
    if (!divided()) return 0;
    const bool finishes = work_.kind == WorkKind::Array &&
                          (work_.find(Role::Bias) != nullptr || !work_.expr.steps.empty());
    int64_t cycles = finishes ? 2 * times_.semaphore : 0;
    if (!tiles_.leaves(s, nest_.external.back().moves)) return cycles;
    const Extents tile = tiles_.extent(s, nest_.share);
    int64_t sums = 1;
    for (Dim d : kDims)
      if (!contains(work_.reduction, d)) sums *= tile[d];
    for (size_t k = 0; k + 1 < groups()[0].size(); ++k) cycles += ring_round(k, sums * 4);
    if (!finishes) return cycles;
    int64_t in = sums * 4;
    for (const Motion& m : nest_.external) {
      if (m.role != Role::Bias) continue;
      int64_t bits = m.cell_bits;
      for (size_t a = 0; a < operand(m).axes.size(); ++a)
        bits *= axis_points(operand(m).axes[a], m.steps[a], tile);
      in += ceil_div(bits, 8);
    }
    return cycles + times_.sfu_latency +
           std::max({ceil_div(sums, times_.sfu_lanes) * times_.epilogue_cycles,
                     hold_cycles(in, times_.array_in.bytes_per_cycle),
                     hold_cycles(sums * 4, times_.array_out.bytes_per_cycle)});
  }

  int64_t body(size_t s) {
    tile_ = s;
    const Extents ext = tiles_.extent(s, nest_.share);
    if (work_.kind == WorkKind::Sfu) return elementwise(ext);
    const Walk blocks(nest_.b_loops, ext);
    const Motion& out = nest_.inner.back();
    int64_t total = 0;
    for (const Motion& m : nest_.inner)
      if (!m.store && m.type == TransferType::DoubleBuffer && !stays(m))
        total += block_load(m, blocks.extent(0, ext));
    for (size_t b = 0; b < blocks.states.size(); ++b) total += block_step(blocks, b, ext);
    if (out.type == TransferType::DoubleBuffer)
      total += 2 * times_.semaphore + drain(blocks, blocks.states.size() - 1, ext);
    return total;
  }

  // What is at the array from the tile before is still right.
  bool stays(const Motion& inner) const {
    DimSet moves = 0;
    for (const Loop& loop : nest_.t_loops)
      if (contains(operand(inner).dims(), loop.ref.dim)) moves |= bit(loop.ref.dim);
    return inner.moves == 0 && !tiles_.enters(tile_, moves);
  }

  int64_t block_load(const Motion& m, const Extents& block) const {
    if (m.inner == Place::Pe) return UnitTimes::link(times_.array_in, streamed_bytes(m, block));
    const int64_t cycles =
        m.outer == Place::External
            ? times_.past_lx(outside(m, block, m.link_bits), nest_.cores, false)
            : UnitTimes::link(times_.array_in, ceil_div(m.link_bits * elems(m, block), 8));
    if (m.inner != Place::Lrf) return cycles;
    Extents pe = block;
    for (Dim d : kDims) pe[d] = ceil_div(block[d], nest_.pe_unroll[d]);
    return std::max(cycles, times_.lrf_load_cycles * elems(m, pe));
  }
  // Bytes of a block in external memory, in whole granules per run.
  int64_t outside(const Motion& m, const Extents& block, int64_t elem_bits) const {
    int64_t run = 1, runs = 1;
    for (size_t a = 0; a < operand(m).axes.size(); ++a)
      ((m.run_axes >> a & 1) != 0 ? run : runs) *=
          axis_points(operand(m).axes[a], m.steps[a], block);
    return runs * round_up(ceil_div(run * elem_bits, 8), times_.granule);
  }
  int64_t elems(const Motion& m, const Extents& box) const {
    int64_t n = 1;
    for (size_t a = 0; a < operand(m).axes.size(); ++a)
      n *= axis_points(operand(m).axes[a], m.steps[a], box);
    return n;
  }

  // Step by step of the array.
  int64_t streamed_bytes(const Motion& m, const Extents& block) const {
    std::vector<Loop> loops;
    for (Dim d : kDims) loops.push_back({{Stage::B, d}, block[d], nest_.unroll[d], 1});
    const Walk steps(loops, block);
    int64_t bits = 0;
    for (size_t s = 0; s < steps.states.size(); ++s) {
      int64_t n = m.link_bits;
      for (const AccessAxis& axis : operand(m).axes)
        n *= axis_points(axis, lattice_step(axis, nest_.unroll), steps.extent(s, block));
      bits += n;
    }
    return ceil_div(bits, 8);
  }

  int64_t block_step(const Walk& blocks, size_t b, const Extents& tile) {
    const Extents here = blocks.extent(b, tile);
    const Motion& out = nest_.inner.back();
    int64_t blocking = 0, beside = 0;
    for (const Motion& m : nest_.inner) {
      if (m.store) continue;
      if (m.type == TransferType::DoubleBuffer) {
        if (b + 1 < blocks.states.size() && blocks.enters(b + 1, m.moves))
          beside += block_load(m, blocks.extent(b + 1, tile));
      } else if (m.inner == Place::Pe || (blocks.enters(b, m.moves) && !(b == 0 && stays(m)))) {
        (m.type == TransferType::Stream ? beside : blocking) += block_load(m, here);
      }
    }
    int64_t sfu = 3 * times_.semaphore;
    if (out.type == TransferType::Stream) {
      if (blocks.leaves(b, out.moves)) sfu += drain(blocks, b, tile);
    } else if (b > 0 && blocks.leaves(b - 1, out.moves)) {
      sfu += drain(blocks, b - 1, tile);
    }
    int64_t steps = 1;
    for (Dim d : kDims) steps *= ceil_div(here[d], nest_.unroll[d]);
    const Rational& rate = times_.mac_cycles;
    const int64_t mac = ceil_div(steps * rate.num, rate.den) + times_.fill + 2 * times_.semaphore;
    return blocking + std::max({mac, sfu, beside});
  }

  // Of the block that state b leaves: its sum began where the stay of OUT's block began.
  int64_t drain(const Walk& blocks, size_t b, const Extents& tile) const {
    const Motion& out = nest_.inner.back();
    size_t began = b;
    while (!blocks.enters(began, out.moves)) --began;
    const bool first =
        tiles_.at_first(tile_, nest_.t_partial) && blocks.at_first(began, nest_.b_partial);
    const bool final =
        !divided() && tiles_.at_last(tile_, nest_.t_partial) && blocks.at_last(b, nest_.b_partial);
    const Extents block = blocks.extent(b, tile);
    int64_t n = 1;
    for (Dim d : kDims)
      if (contains(operand(out).dims(), d)) n *= block[d];
    if (out.outer == Place::External)
      return std::max(
          times_.drain_sfu(n, first, final),
          times_.past_lx((first ? 0 : outside(out, block, kPartialSumBits)) +
                             outside(out, block, final ? out.link_bits : kPartialSumBits),
                         nest_.cores, true));
    return std::max(
        times_.drain_sfu(n, first, final),
        UnitTimes::link(times_.array_out, ceil_div(n * out.link_bits, 8) * (first ? 1 : 2)));
  }

  int64_t elementwise(const Extents& tile) const {
    int64_t points = 1, in = 0, out = 0;
    for (Dim d : kDims) points *= tile[d];
    for (const Motion& m : nest_.external) {
      int64_t bits = m.cell_bits;
      for (size_t a = 0; a < operand(m).axes.size(); ++a)
        bits *= axis_points(operand(m).axes[a], m.steps[a], tile);
      (m.store ? out : in) += ceil_div(bits, 8);
    }
    if (!tiles_.at_first(tile_, nest_.t_partial)) out *= 2;
    return times_.sfu_latency +
           std::max({times_.elementwise(points), hold_cycles(in, times_.array_in.bytes_per_cycle),
                     hold_cycles(out, times_.array_out.bytes_per_cycle)});
  }

  const Work& work_;
  const RapidDsc& dsc_;
  const LoopNest nest_;
  const UnitTimes times_;
  const int64_t cores_;  // on the ring
  const Walk tiles_;
  std::vector<Extents> starts_, shares_;  // per core
  size_t tile_ = 0;                       // state of tiles_ whose body is walked
};

}  // namespace

int64_t walk_cycles(const Work& work, const System& system, const PrecisionInfo& precision,
                    const RapidDsc& dsc) {
  return Layer(work, system, precision, dsc).cycles();
}

}  // namespace tilewright::test
