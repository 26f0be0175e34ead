// How each dim may be cut under one division and dataflow: what is never better than another choice
// is left out.
#pragma once

#include <map>
#include <vector>

#include "dse/overlap/cut.h"
#include "dse/overlap/flows.h"
#include "dse/overlap/tile_sums.h"

namespace tilewright::overlap {

// Of one dim under one unrolling.
struct DimOptions {
  Cut any;                                // the least along all tiles
  std::vector<Cut> least;                 // per plateau
  std::vector<std::vector<Cut>> options;  // per plateau, once asked for
  std::vector<bool> known;
};

class CutOptions {
 public:
  CutOptions(const Problem& problem, TileSums& sums);

  DimOptions& of(Dim d, const Flow& flow);
  const std::vector<Cut>& options(Dim d, const Flow& flow, DimOptions& own, size_t plateau);

 private:
  // Factors of one dim, and which memories' room depends on how it is cut.
  struct Factors {
    int64_t unroll = 1, pe = 1, corelets = 1, sums = 1, lanes = 1, summed = 1;
    bool lrf = false, l0 = false, acc = false;
    auto operator<=>(const Factors&) const = default;
  };
  Factors factors(Dim d, const Flow& flow) const;
  Cut cut(Dim d, const Factors& f, int64_t t, int64_t b) const;
  bool worth(Dim d, const Factors& f, int64_t t, int64_t b) const;
  bool as_good(Dim d, const Factors& f, const Cut& a, const Cut& b);
  bool fetches_no_more(Dim d, int64_t a, int64_t b);

  const Problem& problem_;
  TileSums& sums_;
  // Everything is monotone in how often a dim is cut; not where instructions or packed elements
  // round block by block, or windows have holes.
  DimMap<bool> monotone_;
  std::array<std::map<Factors, DimOptions>, kDimCount> known_;
};

}  // namespace tilewright::overlap
