#include "dse/proof/block_proof.h"

#include <algorithm>

#include "dse/audit/block_bound.h"
#include "dse/audit/tile_check.h"
#include "dse/cut_order.h"

namespace tilewright {

namespace {

using audit::Act;
using audit::Box;
using audit::Hops;
using Cells = audit::TilePrograms::Cells;

class BlockProof {
 public:
  BlockProof(const audit::Layer& layer, const audit::Dataflow& flow, const Extents& tile,
             const audit::TilePrograms& programs, int64_t least, audit::Proof& proof)
      : layer_(layer),
        tile_(tile),
        programs_(programs),
        least_(least),
        proof_(proof),
        bound_(layer, flow, tile, programs.bodies()) {}

  bool prove(Box blocks) {
    for (;;) {
      const int64_t cycles = programs_.least(bound_.least(blocks), Cells::Any);
      if (cycles >= least_) return step(Act::Blocks, cycles);
      if (!bound_.sums_fit(blocks.lo)) return step(Act::Memory, 0);
      const auto undecided = std::find_if(kDims.begin(), kDims.end(), [&](Dim d) {
        return !audit::cut_of(tile_[d], blocks.lo[d], blocks.hi[d]).decided;
      });
      if (undecided == kDims.end()) return prove_families(blocks);
      if (!prove(split(blocks, *undecided))) return false;
    }
  }

 private:
  bool step(Act act, int64_t value) {
    proof_.push_back({act, value});
    return true;
  }

  // Leaves the second part in `blocks`.
  Box split(Box& blocks, Dim dim) {
    step(Act::Split, static_cast<int64_t>(dim));
    const auto parts = audit::split(blocks, tile_, static_cast<size_t>(dim));
    blocks = parts[1];
    return parts[0];
  }

  bool prove_families(const Box& blocks) {
    step(Act::Families, 0);
    const std::vector<Hops> all = bound_.hops(bound_.loops(blocks));
    return std::all_of(all.begin(), all.end(), [&](const Hops& hops) {
      return !bound_.fits(blocks.lo, hops) || prove_hops(blocks, hops);
    });
  }

  bool prove_hops(const Box& blocks, const Hops& hops) {
    const int64_t cycles = programs_.least(bound_.least(blocks, hops, std::nullopt), Cells::Any);
    if (cycles >= least_) return step(Act::Blocks, cycles);
    step(Act::Loops, 0);
    std::vector<Dim> order;
    for (Dim d : kDims)
      if (contains(bound_.loops(blocks), d)) order.push_back(d);
    do {
      if (!prove_order(blocks, hops, order)) return false;
    } while (std::next_permutation(order.begin(), order.end()));
    return true;
  }

  bool prove_order(const Box& blocks, const Hops& hops, const std::vector<Dim>& order) {
    const bool partial = unfinished(order, layer_.dims[layer_.out], layer_.work.reduction) != 0;
    const Cells cells = programs_.cells(partial);
    const int64_t cycles = programs_.least(bound_.least(blocks, hops, order), cells);
    if (cycles >= least_) return step(Act::Blocks, cycles);
    step(Act::Nest, 0);
    return prove_nest(blocks, hops, order, cells);
  }

  bool prove_nest(Box blocks, const Hops& hops, const std::vector<Dim>& order, Cells cells) {
    for (;;) {
      if (!bound_.fits(blocks.lo, hops)) return step(Act::Memory, 0);
      const int64_t cycles = programs_.least(bound_.by_nest(blocks, hops, order), cells);
      if (blocks.is_point()) return step(Act::Exact, cycles) && cycles >= least_;
      if (cycles >= least_) return step(Act::Blocks, cycles);
      if (!prove_nest(split(blocks, kDims[widest(blocks.lo.values, blocks.hi.values)]), hops, order,
                      cells))
        return false;
    }
  }

  const audit::Layer& layer_;
  const Extents& tile_;
  const audit::TilePrograms& programs_;
  const int64_t least_;
  audit::Proof& proof_;
  const audit::BlockBound bound_;
};

}  // namespace

bool prove_blocks(const audit::Layer& layer, const audit::Dataflow& flow, const Extents& tile,
                  const audit::TilePrograms& programs, int64_t least, audit::Proof& proof) {
  Box all;
  all.hi = tile;
  return BlockProof(layer, flow, tile, programs, least, proof).prove(all);
}

}  // namespace tilewright
