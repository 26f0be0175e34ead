// What the bodies of a tile take at least when its blocks lie in a box of sizes. Bounds Q5 to Q7 of
// README.md.
#pragma once

#include <optional>
#include <span>

#include "dse/audit/tile_bound.h"
#include "dse/audit/tile_programs.h"

namespace tilewright::audit {

// How blocks come and go: where operands sit, and whether their hops have two buffers.
struct Hops {
  Places places{};
  std::array<TransferType, 3> types{};  // INP, KER, OUT

  std::array<int64_t, 3> buffers() const;
};

class BlockBound {
 public:
  BlockBound(const Layer& layer, const Dataflow& flow, const Extents& tile,
             const std::vector<Body>& bodies);

  // One per body. Whatever the hops and orders:
  std::vector<int64_t> least(const Box& blocks) const;
  // With such hops, in this order or (none) whatever order, where each dim is cut into one number
  // of blocks.
  std::vector<int64_t> least(const Box& blocks, const Hops& hops,
                             const std::optional<std::vector<Dim>>& order) const;
  // By the block nest itself with the smallest blocks of the box; exact for a single block.
  std::vector<int64_t> by_nest(const Box& blocks, const Hops& hops,
                               const std::vector<Dim>& order) const;

  // Whether some layout of the dataflow has room for such blocks at the array.
  bool fits(const Extents& block, const Hops& hops) const;
  // Whether the accumulators do, where sums can gather nowhere else.
  bool sums_fit(const Extents& block) const;
  // All hops worth trying where dims of `loops` have block loops: one buffer, or two for what a
  // loop moves (rule V6).
  std::vector<Hops> hops(DimSet loops) const;
  // Dims that have a block loop: they are cut into several blocks.
  DimSet loops(const Box& blocks) const;

 private:
  using Cuts = DimMap<Cut>;
  struct Moved {
    int64_t times = 0, cycles = 0;
  };
  Cuts cuts(const Body& body, const Box& blocks) const;
  int64_t busy(const Body& body, const Box& blocks, const Cuts& cuts) const;
  int64_t blocks_of(const Cuts& cuts) const;
  int64_t traffic(const Body& body, const Box& blocks, const Cuts& cuts, Dim innermost) const;
  int64_t elems_of_all(size_t x, const Body& body, const Box& blocks, const Cuts& cuts) const;
  int64_t rounds(size_t x, const Cuts& cuts, const std::vector<Dim>& order) const;
  Moved loads(size_t x, const Body& body, const Box& blocks, const Cuts& cuts, const Hops& hops,
              const std::vector<Dim>& order) const;
  int64_t first_load(size_t x, const Body& body, const Box& blocks) const;
  int64_t drains(const Body& body, const Cuts& cuts, int64_t visits) const;
  int64_t last_drain(const Cuts& cuts) const;
  int64_t longest_block(const Body& body, const Box& blocks) const;
  int64_t over(const LinkTime& link, int64_t times, int64_t bytes) const {
    return times * link.latency_cycles + hold_cycles(bytes, link.bytes_per_cycle);
  }

  const Layer& layer_;
  const Dataflow& flow_;
  const Extents tile_;
  std::span<const Body> bodies_;
  int64_t overhead_;                 // of each block
  std::array<bool, 2> always_pe_{};  // INP, KER stream into the PEs wherever they may sit
  std::array<bool, 2> maybe_pe_{};   // or under some choice of places
  bool always_at_columns_ = false;   // sums gather there
};

}  // namespace tilewright::audit
