#include "dse/audit/block_bound.h"

#include <algorithm>
#include <numeric>

#include "compiler/mapping/capacity.h"
#include "compiler/mapping/footprint.h"
#include "costmodel/block_nest.h"

namespace tilewright::audit {

std::array<int64_t, 3> Hops::buffers() const {
  std::array<int64_t, 3> buffers{};
  for (size_t x = 0; x < 3; ++x) buffers[x] = types[x] == TransferType::DoubleBuffer ? 2 : 1;
  return buffers;
}

BlockBound::BlockBound(const Layer& layer, const Dataflow& flow, const Extents& tile,
                       const std::vector<Body>& bodies)
    : layer_(layer),
      flow_(flow),
      tile_(tile),
      bodies_(bodies),
      overhead_(layer.times.fill + 2 * layer.times.semaphore) {
  const auto always = [&](size_t x, Place place) {
    return std::all_of(layer.places.begin(), layer.places.end(),
                       [&](const Places& p) { return p[x] == place; });
  };
  for (size_t x = 0; x < 2; ++x) {
    always_pe_[x] = always(x, Place::Pe);
    maybe_pe_[x] = layer.system.array.l0_bytes == 0;
  }
  always_at_columns_ = always(2, Place::Acc);
}

DimSet BlockBound::loops(const Box& blocks) const {
  DimSet loops = 0;
  for (Dim d : kDims)
    if (blocks.hi[d] < tile_[d]) loops |= bit(d);
  return loops;
}

// A body may be that of a tile at an edge, shorter than the others.
BlockBound::Cuts BlockBound::cuts(const Body& body, const Box& blocks) const {
  Cuts cuts;
  for (Dim d : kDims) {
    const int64_t e = body.tile.ext[d];
    cuts[d] = cut_of(e, std::min(e, blocks.lo[d]), std::min(e, blocks.hi[d]));
  }
  return cuts;
}

int64_t BlockBound::blocks_of(const Cuts& cuts) const {
  int64_t blocks = 1;
  for (Dim d : kDims) blocks *= cuts[d].trips;
  return blocks;
}

int64_t BlockBound::busy(const Body& body, const Box& blocks, const Cuts& cuts) const {
  int64_t steps = 1;
  for (Dim d : kDims) {
    const int64_t e = body.tile.ext[d];
    steps *= least_steps(e, std::min(e, blocks.lo[d]), std::min(e, blocks.hi[d]), flow_.unroll[d]);
  }
  return ceil_mul(steps, layer_.times.mac_cycles) + blocks_of(cuts) * overhead_;
}

// [B4] of all blocks, each once: the sum of c (e - 1) over the pieces of a dim is c (extent -
// pieces). Dims that may be taken index by index count their pieces alone.
int64_t BlockBound::elems_of_all(size_t x, const Body& body, const Box& blocks,
                                 const Cuts& cuts) const {
  int64_t elems = 1;
  for (const AccessAxis& axis : layer_.work.operands[x].axes) {
    int64_t step = 0, pieces = 1;
    for (const AccessTerm& term : axis.terms) {
      if (blocks.lo[term.dim] > 1) step = std::gcd(step, term.coefficient);
      pieces *= cuts[term.dim].trips;
    }
    int64_t points = pieces;
    for (const AccessTerm& term : axis.terms) {
      const Cut& cut = cuts[term.dim];
      if (blocks.lo[term.dim] > 1)
        points +=
            pieces / cut.trips * (term.coefficient / step) * (body.tile.ext[term.dim] - cut.trips);
    }
    elems *= points;
  }
  return elems;
}

// Loads of INP and KER where the loop over `innermost` is the innermost: what it moves comes anew
// with each round of all loops that do not move it, if it has several trips in this tile.
int64_t BlockBound::traffic(const Body& body, const Box& blocks, const Cuts& cuts,
                            Dim innermost) const {
  const DimSet looped = loops(blocks);
  const bool exists = cuts[innermost].trips > 1 || body.tile.ext[innermost] == tile_[innermost];
  int64_t cycles = 0;
  for (size_t x = 0; x < 2; ++x) {
    const bool moved = layer_.moves(x, innermost);
    const bool fresh = (body.tile.fresh >> x & 1) != 0;
    if (!moved && !fresh && !always_pe_[x] && (layer_.dims[x] & looped) == 0) continue;
    int64_t own = 1, others = 1;
    for (Dim d : kDims) (layer_.moves(x, d) ? own : others) *= cuts[d].trips;
    const int64_t times = moved && exists ? others : 1;
    int64_t elems = times * elems_of_all(x, body, blocks, cuts);
    if (maybe_pe_[x])  // which may leave out holes that blocks have
      elems = std::min(elems, elems_in_steps(layer_.work.operands[x], flow_.unroll, body.tile.ext));
    cycles += over(layer_.times.array_in, own * times, layer_.bytes(elems));
  }
  return cycles;
}

std::vector<int64_t> BlockBound::least(const Box& blocks) const {
  std::vector<int64_t> all;
  for (const Body& body : bodies_) {
    const Cuts cuts = this->cuts(body, blocks);
    int64_t loads = INT64_MAX;
    for (Dim d : kDims)
      if (blocks.lo[d] < tile_[d]) loads = std::min(loads, traffic(body, blocks, cuts, d));
    all.push_back(std::max(busy(body, blocks, cuts), loads == INT64_MAX ? 0 : loads));
  }
  return all;
}

// How often all blocks of operand x come (or go): the loops that do not move it but stand outside
// of one that does. Loops of one trip in this tile do not exist there.
int64_t BlockBound::rounds(size_t x, const Cuts& cuts, const std::vector<Dim>& order) const {
  int64_t rounds = 1, outside = 1;
  for (Dim d : order) {
    if (cuts[d].trips == 1) continue;
    if (layer_.moves(x, d))
      rounds = outside;
    else
      outside *= cuts[d].trips;
  }
  return rounds;
}

BlockBound::Moved BlockBound::loads(size_t x, const Body& body, const Box& blocks, const Cuts& cuts,
                                    const Hops& hops, const std::vector<Dim>& order) const {
  Moved all;
  int64_t elems = 0;
  if (hops.places[x] == Place::Pe) {
    all.times = blocks_of(cuts);
    elems = elems_in_steps(layer_.work.operands[x], flow_.unroll, body.tile.ext);
  } else if ((layer_.dims[x] & loops(blocks)) == 0) {
    if ((body.tile.fresh >> x & 1) == 0) return all;  // it is there
    all.times = 1;
    elems = elems_of_all(x, body, blocks, cuts);
  } else {
    all.times = rounds(x, cuts, order);
    elems = all.times * elems_of_all(x, body, blocks, cuts);
    for (Dim d : kDims)
      if (layer_.moves(x, d)) all.times *= cuts[d].trips;
  }
  all.cycles = over(layer_.times.array_in, all.times, layer_.bytes(elems));
  return all;
}

// The smallest that the first block may be.
int64_t BlockBound::first_load(size_t x, const Body& body, const Box& blocks) const {
  Extents least;
  for (Dim d : kDims) least[d] = std::min(body.tile.ext[d], blocks.lo[d]);
  const int64_t elems = footprint_elems(layer_.work.operands[x], least, least);
  return over(layer_.times.array_in, 1, layer_.bytes(elems));
}

int64_t BlockBound::drains(const Body& body, const Cuts& cuts, int64_t visits) const {
  const UnitTimes& t = layer_.times;
  int64_t outputs = 1, blocks = 1;
  for (Dim d : kDims) {
    if (!layer_.moves(2, d)) continue;
    outputs *= body.tile.ext[d];
    blocks *= cuts[d].trips;
  }
  const int64_t added = body.tile.first ? visits - 1 : visits;
  const int64_t cell = body.wide || visits > 1 ? kPartialSumBits : layer_.precision.bits;
  const int64_t link =
      over(t.array_out, blocks * visits, packed_bytes(outputs, (visits + added) * cell));
  const int64_t functions = added * t.simple_cycles + (body.tile.final ? t.epilogue_cycles : 0);
  const int64_t sfu = ceil_div(outputs * functions, t.sfu_lanes);
  return blocks * visits * 2 * t.semaphore + std::max(link, sfu);
}

int64_t BlockBound::last_drain(const Cuts& cuts) const {
  int64_t outputs = 1;
  for (Dim d : kDims)
    if (layer_.moves(2, d)) outputs *= cuts[d].last;
  const int64_t bits = std::min(layer_.precision.bits, kPartialSumBits);
  return 2 * layer_.times.semaphore + over(layer_.times.array_out, 1, packed_bytes(outputs, bits));
}

int64_t BlockBound::longest_block(const Body& body, const Box& blocks) const {
  int64_t steps = 1;
  for (Dim d : kDims) steps *= ceil_div(std::min(body.tile.ext[d], blocks.hi[d]), flow_.unroll[d]);
  return ceil_mul(steps, layer_.times.mac_cycles) + overhead_;
}

std::vector<int64_t> BlockBound::least(const Box& blocks, const Hops& hops,
                                       const std::optional<std::vector<Dim>>& order) const {
  const std::vector<Dim> known = order.value_or(std::vector<Dim>{});
  std::vector<int64_t> least;
  for (const Body& body : bodies_) {
    const Cuts cuts = this->cuts(body, blocks);
    const int64_t count = blocks_of(cuts);
    int64_t all = 0, blocking = 0, exposed = 0;
    std::array<Moved, 3> beside;  // INP, KER, both
    for (size_t x = 0; x < 2; ++x) {
      Moved m = loads(x, body, blocks, cuts, hops, known);
      all += m.cycles;
      if (hops.types[x] == TransferType::BlockLoad) {
        blocking += m.cycles;
        continue;
      }
      if (hops.types[x] == TransferType::DoubleBuffer && m.times > 0) {
        const int64_t first = first_load(x, body, blocks);
        exposed += first;
        m.cycles -= first;
        --m.times;
      }
      beside[x] = m;
      beside[2].times += m.times;
      beside[2].cycles += m.cycles;
    }
    if (hops.types[2] == TransferType::DoubleBuffer) exposed += last_drain(cuts);
    // Few long loads last longer than the blocks beside them.
    int64_t beyond = 0;
    const int64_t longest = longest_block(body, blocks);
    for (const Moved& m : beside)
      beyond = std::max(beyond, m.cycles - std::min(m.times, count) * longest);
    const int64_t work = busy(body, blocks, cuts) + blocking + exposed + beyond;
    least.push_back(
        std::max({work, all, blocking + drains(body, cuts, order ? rounds(2, cuts, known) : 1)}));
  }
  return least;
}

std::vector<int64_t> BlockBound::by_nest(const Box& blocks, const Hops& hops,
                                         const std::vector<Dim>& order) const {
  std::vector<int64_t> least;
  for (const Body& body : bodies_) {
    BlockPlan plan;
    set_unroll(plan, flow_.unroll, flow_.pe_unroll);
    for (size_t x = 0; x < 3; ++x) {
      plan.hops[x].inner = hops.places[x];
      plan.hops[x].type = hops.types[x];
    }
    set_order(plan, layer_.accesses, order, layer_.precision.bits, body.wide);
    set_blocks(plan, layer_.accesses, blocks.lo, blocks.hi);
    least.push_back(body_cycles(layer_.accesses, layer_.times, plan, body.tile));
  }
  return least;
}

bool BlockBound::fits(const Extents& block, const Hops& hops) const {
  const ArrayTier& array = layer_.system.array;
  const std::array<int64_t, 3> buffers = hops.buffers();
  return std::any_of(flow_.layouts.begin(), flow_.layouts.end(), [&](const Dataflow::Layout& l) {
    if (l.sums != hops.places[2]) return false;
    int64_t l0 = 0, lrf = 0, accumulators = 0;
    for (size_t x = 0; x < 3; ++x) {
      const Place place = hops.places[x];
      if (place == Place::Pe) continue;
      const int64_t elems = block_elems(layer_.work.operands[x], l.p, block, place);
      const int64_t bytes = packed_bytes(elems, x == 2 ? kPartialSumBits : layer_.precision.bits);
      if (place == Place::Acc) accumulators += elems * buffers[x];
      if (place == Place::L0) l0 += bytes * buffers[x];
      if (place == Place::Lrf) lrf += bytes * buffers[x];
    }
    return l0 <= array.l0_bytes && lrf <= array.lrf_bytes && accumulators <= array.accumulators;
  });
}

bool BlockBound::sums_fit(const Extents& block) const {
  if (!always_at_columns_) return true;
  int64_t outputs = 1;
  for (Dim d : kDims)
    if (layer_.moves(2, d)) outputs *= ceil_div(block[d], flow_.unroll[d]);
  return outputs <= layer_.system.array.accumulators;
}

std::vector<Hops> BlockBound::hops(DimSet loops) const {
  std::vector<Hops> found;
  for (const Places& places : layer_.places)
    for (unsigned doubled = 0; doubled < 8; ++doubled) {
      Hops hops{places, {}};
      bool sensible = true;
      for (size_t x = 0; x < 3; ++x) {
        const bool lrf = x < 2 && places[x] == Place::Lrf;
        hops.types[x] = lrf ? TransferType::BlockLoad : TransferType::Stream;
        if ((doubled >> x & 1) == 0) continue;
        hops.types[x] = TransferType::DoubleBuffer;
        sensible = sensible && (layer_.dims[x] & loops) != 0 && places[x] != Place::Pe;
      }
      if (sensible) found.push_back(hops);
    }
  return found;
}

}  // namespace tilewright::audit
