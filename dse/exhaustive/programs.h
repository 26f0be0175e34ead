// One half of a mapping: the order of its tile loops and the hops at External, as a total that is
// still open in what the bodies take.
#pragma once

#include <span>
#include <vector>

#include "costmodel/block_nest.h"
#include "dse/counters.h"
#include "dse/exhaustive/order_timeline.h"
#include "dse/exhaustive/tie_key.h"
#include "dse/problem.h"
#include "dse/stop.h"

namespace tilewright::exhaustive {

// total = fixed + sum over steps of count * max(beside, wait + body), wait = 2 semaphores.
struct ProgramStep {
  int64_t beside = 0;
  int64_t count = 0;
  uint32_t body = 0;
};

// The totals of many programs.
class ProgramTotals {
 public:
  struct Least {
    int64_t cycles = 0;
    uint32_t program = 0;  // the first that takes so much
  };

  void clear();
  void add(uint32_t program, int64_t fixed, std::span<const ProgramStep> steps);
  size_t size() const { return rows_.size(); }
  // Of the first `count` programs, at least one, when bodies take so long, the wait included.
  Least least(std::span<const int64_t> bodies, size_t count) const;

 private:
  struct Row {
    int64_t fixed;
    uint32_t end;  // of its steps
    uint32_t program;
  };
  std::vector<Row> rows_;
  std::vector<ProgramStep> steps_;
};

struct Program {
  std::vector<Dim> order;
  std::vector<HopChoice> hops;  // per operand
  TieKey key = 0;
};

struct ProgramSet {
  std::vector<Program> programs;  // by rising key
  // Those that fit Lx with cells of OUT as the tile loops ask for, and with cells of partial sums.
  ProgramTotals narrow, wide;
  bool always_wide = false;       // then `narrow` has none
  std::vector<TileShape> bodies;  // that their steps name
};

// All legal programs of one division and tile, by the operand that bypasses Lx.
class ProgramMaker {
 public:
  // `section`: any one with that operand.
  ProgramMaker(const Problem& problem, const LoopTables& tables, const CoreDivision& cores,
               const Extents& tile, const Section& section);

  // Makes the next ones, all of an order together, until they have so many steps; false when none
  // are left, or `stop` is raised.
  bool next(ProgramSet& set, size_t steps, StopFlag stop, Counters& counters);

 private:
  // Of the hops chosen so far.
  struct Sums {
    int64_t lx_bytes = 0, wide_lx_bytes = 0, fixed = 0;
  };
  struct Made {
    Program program;
    int64_t fixed = 0;
    bool fits_wide = true;
    std::vector<ProgramStep> steps;
  };

  void with_order();
  void with_hops(const OrderTimeline& order, size_t operand, Sums sums);
  void add(const OrderTimeline& order, const Sums& sums);
  uint32_t body_of(TileShape tile);

  const Problem& problem_;
  const LoopTables& tables_;
  DimSet t_loops_ = 0;
  bool reduces_ = false;  // over cores
  bool always_wide_ = false;
  Point point_;                       // the mapping that stands for a program: with one block
  std::vector<size_t> columns_;       // of the hops chosen
  std::vector<uint32_t> row_bodies_;  // of the order's kinds of steps
  int64_t order_ = 0;
  std::vector<Made> made_;
  size_t made_steps_ = 0;
  std::vector<TileShape> bodies_;
  Counters* counters_ = nullptr;
};

}  // namespace tilewright::exhaustive
