#include "dse/balanced/block_search.h"

#include <algorithm>

#include "dse/room.h"

namespace tilewright::balanced {

void BlockCandidate::write(const Problem& problem, MappingChoice& choice) const {
  choice.b = b;
  choice.p = problem.flows[flow].p;
  choice.b_order = order;
  for (size_t x = 0; x < 3; ++x) choice.types[x][1] = types[x];
  for (size_t x = 0; x < 3; ++x) choice.inner[x] = problem.flows[flow].inner[x];
}

BlockSearch::BlockSearch(const Problem& problem, const Extents& tile, bool partial_tiles)
    : problem_(problem), tile_(tile), partial_tiles_(partial_tiles) {}

int64_t BlockSearch::least_body(const UnrollClass& unroll, const Extents& ext) const {
  const UnitTimes& t = problem_.times;
  return t.array_busy(ext, unroll.unroll) + t.fill + 2 * t.semaphore;
}

int64_t BlockSearch::least_body(const Extents& ext) const {
  int64_t least = -1;
  for (const UnrollClass& u : problem_.unrolls) {
    if (u.dominated) continue;
    const int64_t cycles = least_body(u, ext);
    if (least < 0 || cycles < least) least = cycles;
  }
  return least;
}

std::vector<BlockSearch::Block> BlockSearch::blocks_of(const Extents& unroll) const {
  std::vector<Block> all{{tile_, 1}};
  for (Dim d : kDims) {
    const std::vector<int64_t> extents = block_extents(d, tile_[d], unroll[d]);
    if (extents.size() == 1 && extents[0] == tile_[d]) continue;
    std::vector<Block> finer;
    for (const Block& block : all)
      for (int64_t b : extents) {
        Block one = block;
        one.b[d] = b;
        one.blocks *= ceil_div(tile_[d], b);
        finer.push_back(one);
      }
    all = std::move(finer);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Block& a, const Block& b) { return a.blocks < b.blocks; });
  return all;
}

void BlockSearch::run(const Visitor& visitor, Counters& counters) const {
  std::vector<const UnrollClass*> unrolls;
  for (const UnrollClass& u : problem_.unrolls) unrolls.push_back(&u);
  std::stable_sort(unrolls.begin(), unrolls.end(),
                   [this](const UnrollClass* a, const UnrollClass* b) {
                     return least_body(*a, tile_) < least_body(*b, tile_);
                   });
  const std::vector<Places> all_places = places(problem_.system);
  for (const UnrollClass* u : unrolls) {
    if (visitor.done()) return;
    if (!visitor.wants_unroll(*u)) {
      counters.prune(Rule::UnrollBound);
      continue;
    }
    const std::vector<Block> blocks = blocks_of(u->unroll);
    for (const Places& inner : all_places) run_places(*u, inner, blocks, visitor, counters);
  }
}

void BlockSearch::run_places(const UnrollClass& unroll, const Places& places,
                             const std::vector<Block>& blocks, const Visitor& visitor,
                             Counters& counters) const {
  const UnitTimes& t = problem_.times;
  const int64_t busy = t.array_busy(tile_, unroll.unroll);
  for (const Block& block : blocks) {
    if (visitor.done()) return;
    // Blocks come by rising count: no later one takes less.
    if (!visitor.wants_body(unroll, busy + block.blocks * (t.fill + 2 * t.semaphore))) {
      counters.prune(Rule::BlockBound);
      return;
    }
    run_block(unroll, places, block.b, visitor, counters);
  }
}

void BlockSearch::run_block(const UnrollClass& unroll, const Places& places, const Extents& block,
                            const Visitor& visitor, Counters& counters) const {
  if (flow_that_fits(problem_, unroll, places, block, {1, 1, 1}) < 0) {
    counters.prune(Rule::ArrayCapacity);
    return;
  }
  BlockCandidate candidate;
  candidate.b = block;
  set_unroll(candidate.plan, unroll.unroll, unroll.pe_unroll);
  set_block(candidate.plan, problem_.accesses, block);
  DimSet several = 0;
  for (Dim d : kDims)
    if (block[d] < tile_[d]) several |= bit(d);
  std::array<bool, 3> moves;
  for (size_t x = 0; x < 3; ++x) moves[x] = (problem_.dims[x] & several) != 0;
  auto orders = block_orders(several);
  if (visitor.wants_order)
    orders.erase(std::remove_if(orders.begin(), orders.end(),
                                [&](const std::vector<Dim>& order) {
                                  if (visitor.wants_order(unroll, places, block, order))
                                    return false;
                                  counters.prune(Rule::EnergyBound);
                                  return true;
                                }),
                 orders.end());
  if (orders.empty()) return;
  for (unsigned doubled = 0; doubled < 8; ++doubled) {
    std::array<int64_t, 3> buffers{1, 1, 1};
    bool sensible = true;
    for (size_t x = 0; x < 3; ++x) {
      const bool two = (doubled >> x & 1) != 0;
      const bool lrf = x < 2 && places[x] == Place::Lrf;
      sensible &= !two || (moves[x] && places[x] != Place::Pe);
      buffers[x] = two ? 2 : 1;
      candidate.types[x] =
          two ? TransferType::DoubleBuffer : (lrf ? TransferType::BlockLoad : TransferType::Stream);
    }
    if (!sensible) continue;
    const int flow = flow_that_fits(problem_, unroll, places, block, buffers);
    if (flow < 0) {
      counters.prune(Rule::ArrayCapacity);
      continue;
    }
    candidate.flow = static_cast<size_t>(flow);
    for (size_t x = 0; x < 3; ++x) {
      candidate.plan.hops[x].inner = places[x];
      candidate.plan.hops[x].type = candidate.types[x];
    }
    for (const std::vector<Dim>& order : orders) {
      if (visitor.done()) return;
      candidate.order = order;
      set_order(candidate.plan, problem_.accesses, order, problem_.precision.bits, partial_tiles_);
      candidate.partial = partial_tiles_ || candidate.plan.partial != 0;
      visitor.visit(candidate);
    }
  }
}

}  // namespace tilewright::balanced
