// Which tiles (D, T) can still lead to a mapping of at most such a value: bounds that need
// neither loop order nor dataflow.
#pragma once

#include <optional>
#include <vector>

#include "dse/balanced/division.h"
#include "dse/balanced/tile_energy.h"
#include "dse/counters.h"
#include "dse/stop.h"

namespace tilewright::balanced {

struct TileNode {
  Measure bound = 0;  // no mapping with this division and tile takes less
  size_t division = 0;
  TileChoice choice{};
};

// No mapping with this division has a lower value.
Measure division_bound(const Problem& problem, const Division& division);

// Tiles of one division with a bound in (above, limit], in a fixed order.
class TileSearch {
 public:
  TileSearch(const Problem& problem, const Division& division, size_t index, StopFlag stop = {});

  // False: the stop flag was raised before all were found.
  bool find(Measure above, Measure limit, std::vector<TileNode>& found, Counters& counters);

  // [S2] of README.md: the larger of two totals; with [Y1] where energy counts.
  Measure bound(const TileChoice& choice);
  // [S1] The same when only the first `level` dims are decided, the others whole.
  Measure partial_bound(size_t level, const TileChoice& choice, int64_t trips);

 private:
  int64_t least_cycles(const TileChoice& choice);
  Measure value(int64_t cycles, const TileChoice& choice, DimSet decided) const;
  // Whether Lx has room for the smallest tile with so many dims decided.
  bool fits(size_t level, const TileChoice& choice) const;
  bool descend(size_t level, TileChoice& choice, int64_t trips);
  int64_t external_sum(const TileChoice& choice, DimSet decided);
  int64_t array_cycles(const TileChoice& choice);
  int64_t slot_sum(size_t x, const TileChoice& choice);

  const Problem& problem_;
  const Division& division_;
  size_t index_;
  StopFlag stop_;
  std::vector<Dim> free_;                    // dims with a choice
  std::vector<const UnrollClass*> unrolls_;  // undominated, by rising array cycles of whole tiles
  std::vector<int64_t> whole_cycles_;        // of each
  std::array<std::array<int64_t, kDimCount>, kMostOperands> stride_{};
  std::array<std::vector<int64_t>, kMostOperands> known_;  // slot sums; -1: not yet

  std::optional<TileEnergy> energy_;  // where it counts

  Measure above_ = 0, limit_ = 0;
  std::vector<TileNode>* found_ = nullptr;
  Counters* counters_ = nullptr;
};

}  // namespace tilewright::balanced
