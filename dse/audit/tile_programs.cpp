#include "dse/audit/tile_programs.h"

#include <algorithm>

#include "compiler/mapping/capacity.h"
#include "compiler/mapping/footprint.h"
#include "compiler/mapping/slide.h"
#include "costmodel/tile_nest.h"

namespace tilewright::audit {

TilePrograms::TilePrograms(const Layer& layer, const Shares& shares, const Extents& tile,
                           const std::function<bool(const std::vector<Dim>&)>& wanted)
    : layer_(layer), shares_(shares), tile_(tile) {
  std::vector<Dim> order;
  for (Dim d : kDims)
    if (tile[d] < shares.n[d]) {
      order.push_back(d);
      several_ |= bit(d);
    }
  const bool move = layer.work.kind == WorkKind::Move;
  wide_ = (several_ & layer.work.reduction) != 0 || shares.reduces;
  unsigned movable = 0;
  for (size_t x = 0; x < layer.operands && !move; ++x)
    if ((layer.dims[x] & several_) != 0 && !(x == layer.out && shares.reduces)) movable |= 1u << x;
  if (!wide_ || move) buffers_[0] = largest_buffers(movable, layer.precision.bits);
  if (layer.work.reduction != 0 && (layer.is_array() || wide_))
    buffers_[1] = largest_buffers(movable, kPartialSumBits);
  do {
    if (wanted(order)) add_order(order);
  } while (std::next_permutation(order.begin(), order.end()));
}

// Of the sets that fit Lx those to which none can be added: two buffers are never slower than one
// (rule V3).
std::vector<unsigned> TilePrograms::largest_buffers(unsigned movable, int64_t out_cell) const {
  const auto fits = [&](unsigned doubled) {
    int64_t bytes = 0;
    for (size_t x = 0; x < layer_.operands; ++x) {
      const bool out = x == layer_.out;
      if (out && layer_.work.kind == WorkKind::Move) continue;
      bytes +=
          lx_buffer_bytes(footprint_elems(layer_.work.operands[x], tile_, tile_),
                          out ? out_cell : layer_.precision.bits, (doubled >> x & 1) != 0 ? 2 : 1);
    }
    return bytes <= layer_.system.core.lx_bytes;
  };
  std::vector<unsigned> found;
  for (unsigned set = movable;; set = (set - 1) & movable) {
    bool largest = fits(set);
    for (size_t x = 0; x < layer_.operands && largest; ++x)
      largest = (movable >> x & 1) == 0 || (set >> x & 1) != 0 || !fits(set | 1u << x);
    if (largest) found.push_back(set);
    if (set == 0) return found;
  }
}

// An operand that the innermost loop moves gains nothing by coming in parts (rule V4).
void TilePrograms::add_order(const std::vector<Dim>& order) {
  bool returns = false;
  DimSet outside = 0;
  for (Dim d : order) {
    returns = returns || (layer_.moves(layer_.out, d) && (outside & layer_.work.reduction) != 0);
    outside |= bit(d);
  }
  unsigned may_spread = 0;
  for (size_t x = 0; x < layer_.operands; ++x)
    if (!order.empty() && !layer_.moves(x, order.back()) && !(x == layer_.out && returns))
      may_spread |= 1u << x;
  MappingChoice choice;
  choice.parts = shares_.cores.parts;
  choice.share = shares_.cores.share;
  choice.ring_order = shares_.cores.ring_order;
  choice.t = choice.b = tile_;
  choice.t_order = order;
  choice.inner.assign(layer_.operands, Place::L0);
  for (const bool partial : {false, true})
    for (const unsigned doubled : buffers_[partial ? 1 : 0]) {
      const unsigned may = doubled & may_spread;
      for (unsigned spread = may;; spread = (spread - 1) & may) {
        choice.types.clear();
        for (size_t x = 0; x < layer_.operands; ++x) {
          TransferType type = TransferType::BlockLoad;
          if ((doubled >> x & 1) != 0) type = TransferType::DoubleBuffer;
          if ((spread >> x & 1) != 0) type = TransferType::Stream;
          choice.types.push_back({type, TransferType::Stream});
        }
        add(choice, partial);
        if (spread == 0) break;
      }
    }
}

// Tiles slide wherever they may: fewer bytes move, in as many transfers (rule V5).
void TilePrograms::add(const MappingChoice& choice, bool partial) {
  RapidDsc dsc = compose(layer_.work, choice);
  for (size_t x = 0; x < layer_.operands; ++x) {
    DataTransfer& hop = dsc.data_structures[x].transfers[0];
    if (x == layer_.out || layer_.work.kind == WorkKind::Move || hop.type == TransferType::Stream)
      continue;
    const std::optional<Slide> slide = slide_of(layer_.work.operands[x], dsc);
    hop.slide = slide && slide->overlaps();
  }
  const LoopNest nest = lower(layer_.work, layer_.system, layer_.precision, dsc);
  const TileGrid grid(layer_.work, layer_.times, dsc, nest);
  const TileTimeline timeline = tile_timeline(layer_.times, nest, grid);
  Program program;
  program.partial = partial;
  program.fixed = timeline.exposed + layer_.times.layer_cycles;
  for (const TileTimeline::Step& step : timeline.steps) {
    program.fixed += (step.blocking + step.reduction.cycles()) * step.count;
    if (layer_.work.kind == WorkKind::Move) continue;
    if (layer_.work.kind == WorkKind::Sfu) {
      const int64_t body = body_cost(layer_.work, layer_.times, nest, step.tile).cost.cycles +
                           2 * layer_.times.semaphore;
      program.off_array += step.count * std::max(step.beside, body);
      continue;
    }
    Body body{step.tile, wide_};
    body.tile.final = body.tile.final && !shares_.reduces;  // finished behind the body
    body.tile.fresh &= 3;
    const auto known = std::find(bodies_.begin(), bodies_.end(), body);
    const auto index = static_cast<size_t>(known - bodies_.begin());
    if (known == bodies_.end()) bodies_.push_back(body);
    program.steps.push_back({index, step.beside, step.count});
  }
  program.off_array += program.fixed;
  programs_.push_back(std::move(program));
}

int64_t TilePrograms::least(const std::vector<int64_t>& bodies, Cells cells) const {
  int64_t least = INT64_MAX;
  for (const Program& program : programs_) {
    if (cells != Cells::Any && program.partial != (cells == Cells::Partial)) continue;
    int64_t cycles = program.fixed;
    for (const Step& step : program.steps)
      cycles += step.count * std::max(step.beside, 2 * layer_.times.semaphore + bodies[step.body]);
    least = std::min(least, cycles);
  }
  return least;
}

int64_t TilePrograms::least_off_array() const {
  int64_t least = INT64_MAX;
  for (const Program& program : programs_) least = std::min(least, program.off_array);
  return least;
}

}  // namespace tilewright::audit
