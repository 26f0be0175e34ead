// One order of tile loops: what each hop at External that an operand may have costs by itself. All
// programs of the order are sums of these.
#pragma once

#include <vector>

#include "costmodel/tile_nest.h"
#include "dse/problem.h"
#include "dse/space/loop_choices.h"

namespace tilewright::exhaustive {

// One operand's hop.
struct TimedHop {
  HopChoice hop;
  // In Lx: with cells of OUT as the tile loops ask for, and with cells of partial sums.
  int64_t lx_bytes = 0, wide_lx_bytes = 0;
  int64_t fixed = 0;  // what no body runs beside: first fetches, block-loads, last store
  size_t column = 0;  // of OrderTimeline::beside
};

class OrderTimeline {
 public:
  // `point`: a mapping with the order, one block, and its bypass, if any.
  OrderTimeline(const Problem& problem, const LoopTables& tables, const Point& point);

  // Kinds of steps.
  struct Row {
    TileShape tile;
    int64_t count = 0;
  };

  // Per operand the legal ones, whatever the others' are; one empty hop of what bypasses Lx. Some
  // operand without any: the order is not legal.
  const std::vector<std::vector<TimedHop>>& hops() const { return hops_; }
  bool legal() const;
  const std::vector<Row>& rows() const { return rows_; }
  // What hop `column` moves beside the body of a step of kind `row`.
  int64_t beside(size_t row, size_t column) const { return beside_[row * columns_ + column]; }
  // Of all steps, where sums go over the ring.
  int64_t reduction_cycles() const { return reduction_cycles_; }

 private:
  void find_hops(const LoopTables& tables, Point point);
  void time_hops();

  const Problem& problem_;
  RapidDsc dsc_;           // with block-loads alone
  LoopNest plain_, nest_;  // of these; with every hop of every operand, by column
  std::vector<std::vector<TimedHop>> hops_;
  size_t columns_ = 0;
  std::vector<Row> rows_;
  std::vector<int64_t> beside_;
  int64_t reduction_cycles_ = 0;
};

}  // namespace tilewright::exhaustive
