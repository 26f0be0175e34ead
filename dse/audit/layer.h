// One layer on one system as the auditor sees it, and the divisions of it over the cores.
#pragma once

#include <array>
#include <vector>

#include "compiler/mapping/rapid_dsc.h"
#include "costmodel/block_plan.h"
#include "costmodel/unit_times.h"

namespace tilewright::audit {

// Where INP, KER and the sums of OUT sit at the array.
using Places = std::array<Place, 3>;

// Ways to lay dims along the axes of the array that take as many indices of each dim at once,
// and to which no place can be added (rule V1 of README.md).
struct Dataflow {
  Extents unroll;
  Extents pe_unroll;  // on rows, columns and corelets; 1 where no load takes time by it
  struct Layout {
    ArrayWork p;
    Place sums = Place::Acc;
  };
  std::vector<Layout> layouts;
};

struct Layer {
  // The referred-to values must outlive it. At most kMostOperands operands.
  Layer(const Work& work_in, const System& system_in, const PrecisionInfo& precision_in);

  const Work& work;
  const System& system;
  const PrecisionInfo& precision;
  UnitTimes times;
  BlockOperands accesses;
  size_t operands = 0, out = 0;  // how many; which is OUT
  std::array<DimSet, kMostOperands> dims{};
  // Array layers only.
  std::vector<Places> places;
  std::vector<Dataflow> dataflows;  // by rising unrolling

  bool is_array() const { return work.kind == WorkKind::Array; }
  bool moves(size_t x, Dim d) const { return contains(dims[x], d); }
  bool reduced(Dim d) const { return contains(work.reduction, d); }
  int64_t bytes(int64_t elems) const { return packed_bytes(elems, precision.bits); }
};

// A division, with what follows from it for all tiles.
struct Shares {
  Shares(const Layer& layer, const CoreDivision& division);

  CoreDivision cores;
  Extents n;                                    // the largest share
  bool reduces = false;                         // a reduced dim is divided
  std::array<int64_t, kMostOperands> pieces{};  // distinct ones among the cores
  // Of the sums over the ring, all rounds together: cycles of latency, and how many times a tile
  // passes the fullest links.
  int64_t ring_latency = 0, ring_messages = 0;
};

// All divisions of the space, in the order in which a certificate has them: parts rising, the last
// dim fastest; balanced shares, then greedy ones; ring orders rising. Of ring orders that make no
// difference the first alone (rule V2).
std::vector<CoreDivision> divisions(const Layer& layer);

}  // namespace tilewright::audit
