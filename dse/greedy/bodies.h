// Constructed bodies of array layers: a dataflow, and blocks of a tile under it.
#pragma once

#include "costmodel/block_nest.h"
#include "dse/greedy/draft.h"

namespace tilewright::greedy {

struct Body {
  int64_t cycles = 0;
  size_t flow = 0;
  Extents b = Extents::filled(1);
  Order order = kDims;
};

class Bodies {
 public:
  explicit Bodies(const Problem& problem);

  // From now on only the unrollings that take fewest array steps on such a share are looked at.
  void look_at(const Extents& share);

  // No body of the unrollings looked at takes less on a tile.
  int64_t least(const Extents& tile) const;
  // The fewest array steps on a tile first: of the first few unrollings, each with operands in all
  // places, blocks as large as fit in the best of a few orders; the best of these improved step by
  // step. None where not even blocks of one index fit. `wide`: OUT in Lx has cells of partial sums.
  std::optional<Body> construct(const TileShape& tile, bool wide) const;

 private:
  int64_t busy(size_t unroll, const Extents& tile) const;
  std::vector<size_t> soonest(const std::vector<size_t>& unrolls, const Extents& tile,
                              size_t most) const;
  std::optional<Body> under(size_t unroll, const Places& places, const TileShape& tile,
                            bool wide) const;
  // The block as it is or cut until it fits; a flow of the class that holds it.
  bool fit(size_t unroll, const Places& places, const Extents& tile, Body& body) const;
  void price(size_t unroll, const TileShape& tile, bool wide, Body& body) const;
  void improve(size_t unroll, const TileShape& tile, bool wide, Body& body) const;

  const Problem& problem_;
  std::vector<Order> orders_;
  std::vector<std::vector<size_t>>
      one_of_each_;  // per unrolling: a flow with each choice of places
  Extents share_ = Extents::filled(0);
  std::vector<size_t> looked_at_;  // in Problem::unrolls
};

// Sizes that cut [0, extent) into so many pieces of multiples of `unroll`, or as many as there can
// be.
int64_t even_piece(int64_t extent, int64_t unroll, int64_t pieces);

}  // namespace tilewright::greedy
