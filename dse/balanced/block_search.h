// The inner problem: dataflow and block for a given tile, tried in order of promise.
#pragma once

#include <functional>
#include <vector>

#include "compiler/mapping/compose.h"
#include "costmodel/block_nest.h"
#include "dse/counters.h"
#include "dse/problem.h"

namespace tilewright::balanced {

// One dataflow, block, order of block loops and choice of hops, ready to price a body.
struct BlockCandidate {
  size_t flow = 0;  // in Problem::flows
  Extents b;
  std::vector<Dim> order;
  std::array<TransferType, 3> types{};  // INP, KER, OUT
  BlockPlan plan;
  bool partial = false;  // OUT's block leaves unfinished sums in Lx

  void write(const Problem& problem, MappingChoice& choice) const;
};

class BlockSearch {
 public:
  // `tile` is the nominal T; `partial_tiles`: T has reduction loops of several trips.
  BlockSearch(const Problem& problem, const Extents& tile, bool partial_tiles);

  // Array cycles of a body of such extents under an unrolling, with what each body takes besides.
  int64_t least_body(const UnrollClass& unroll, const Extents& ext) const;
  // The least over all unrollings.
  int64_t least_body(const Extents& ext) const;

  // What the caller says of bounds: may a body of the nominal tile of at least `cycles` (all its
  // shapes' bodies at least what `unroll` allows) still be of use?
  struct Visitor {
    std::function<bool(const UnrollClass&)> wants_unroll;
    std::function<bool(const UnrollClass&, int64_t cycles)> wants_body;
    // Whether such an order of block loops may be of use; none: all may.
    std::function<bool(const UnrollClass&, const Places&, const Extents& block,
                       const std::vector<Dim>& order)>
        wants_order;
    std::function<void(const BlockCandidate&)> visit;
    std::function<bool()> done;
  };
  void run(const Visitor& visitor, Counters& counters) const;

 private:
  struct Block {
    Extents b;
    int64_t blocks = 1;
  };
  std::vector<Block> blocks_of(const Extents& unroll) const;
  void run_places(const UnrollClass& unroll, const Places& places, const std::vector<Block>& blocks,
                  const Visitor& visitor, Counters& counters) const;
  void run_block(const UnrollClass& unroll, const Places& places, const Extents& block,
                 const Visitor& visitor, Counters& counters) const;

  const Problem& problem_;
  Extents tile_;
  bool partial_tiles_;
};

}  // namespace tilewright::balanced
