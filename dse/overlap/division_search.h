// All mappings of one division, where the slowest level counts alone.
#pragma once

#include <vector>

#include "dse/overlap/mapping_search.h"
#include "dse/stop.h"

namespace tilewright::overlap {

// What a search is held to.
struct Limits {
  int64_t max_evaluations = 0;
  StopFlag stop;
};

class DivisionSearch {
 public:
  DivisionSearch(Context& context, const std::vector<Flow>& flows, const CoreDivision& cores);

  // No mapping of the division has a lower value; nor any that is still open.
  Measure least() const { return least_; }

  // Looks for what is better than the best, under the first `flows` dataflows in the first `pairs`
  // tiles each, by their bounds. False: ended before.
  bool run(Outcome& outcome, const Limits& limits, size_t flows, size_t pairs);

 private:
  using Plateaus = std::array<int, kDimCount>;
  struct Tile {
    std::array<uint16_t, kDimCount> plateaus{};
    Outside outside;
  };
  struct FlowBound {
    const Flow* flow = nullptr;
    LevelBound::Pair least;
    Measure value = 0;
  };

  bool ended() const;
  void bound_flows(const std::vector<Flow>& flows);
  void find_tiles();
  void add_tiles(size_t k, Plateaus& plateaus);
  Outside outside(const Plateaus& plateaus);
  bool fits(const Plateaus& plateaus) const;
  bool search_flow(const FlowBound& bound, size_t pairs);

  Context& context_;
  const Problem& problem_;
  const CoreDivision& cores_;
  TileSums sums_;
  CutOptions options_;
  LevelBound bound_;
  std::vector<Dim> free_;            // of several indices
  std::vector<FlowBound> by_bound_;  // ascending
  LevelBound::Pair least_pair_;      // over all dataflows
  bool listed_ = false;
  std::vector<Tile> tiles_;
  Measure least_ = 0;
  Outcome* outcome_ = nullptr;
  const Limits* limits_ = nullptr;
};

}  // namespace tilewright::overlap
