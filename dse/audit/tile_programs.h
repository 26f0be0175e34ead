// The tile loops of one division and tile, exactly, as the cost model has them: for each order and
// choice of hops at External, the layer's cycles as a function of what the bodies take.
#pragma once

#include <functional>
#include <vector>

#include "compiler/mapping/compose.h"
#include "costmodel/block_nest.h"
#include "dse/audit/layer.h"

namespace tilewright::audit {

// Of which cells OUT has in Lx where blocks leave finished sums alone: `wide`, of partial sums,
// whatever blocks do.
struct Body {
  TileShape tile;
  bool wide = false;
  bool operator==(const Body&) const = default;
};

class TilePrograms {
 public:
  // Programs in each order of the T loops of several trips for which wanted(order) holds.
  TilePrograms(const Layer& layer, const Shares& shares, const Extents& tile,
               const std::function<bool(const std::vector<Dim>&)>& wanted);

  const std::vector<Body>& bodies() const { return bodies_; }
  size_t count() const { return programs_.size(); }

  // Blocks with cells of OUT in Lx that are finished sums, partial ones, or either.
  enum class Cells : uint8_t { Finished, Partial, Any };
  // Fewest cycles of the layer when bodies take so many; INT64_MAX: no program.
  int64_t least(const std::vector<int64_t>& bodies, Cells cells) const;
  // Where blocks leave partial sums in Lx, or not.
  Cells cells(bool partial) const { return wide_ || partial ? Cells::Partial : Cells::Finished; }
  // Off the array: the bodies are known.
  int64_t least_off_array() const;

 private:
  struct Step {
    size_t body = 0;
    int64_t beside = 0, count = 0;
  };
  struct Program {
    bool partial = false;
    int64_t fixed = 0, off_array = 0;
    std::vector<Step> steps;
  };
  void add_order(const std::vector<Dim>& order);
  void add(const MappingChoice& choice, bool partial);
  std::vector<unsigned> largest_buffers(unsigned movable, int64_t out_cell) const;

  const Layer& layer_;
  const Shares& shares_;
  const Extents tile_;
  DimSet several_ = 0;  // dims that have loops
  bool wide_ = false;
  // Sets of operands that have two buffers: with cells of finished sums, of partial ones.
  std::array<std::vector<unsigned>, 2> buffers_;
  std::vector<Body> bodies_;
  std::vector<Program> programs_;
};

}  // namespace tilewright::audit
