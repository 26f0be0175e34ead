// One division over the cores, and what its tiles move at least, whatever their sizes.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "dse/problem.h"
#include "dse/tiles/window.h"

namespace tilewright {

// Windows of a layer by the division of their dims: many divisions share them.
class WindowTable {
 public:
  explicit WindowTable(const Work& work) : work_(work) {}
  const TileWindow& of(size_t operand, size_t axis, const CoreDivision& cores);

 private:
  const Work& work_;
  std::map<std::array<int64_t, 5>, std::unique_ptr<TileWindow>> known_;
};

struct Division {
  Division(const Problem& problem, CoreDivision cores_in, WindowTable& windows);

  CoreDivision cores;
  Extents share;
  DimMap<Range> tiles;   // the sizes that T may have
  bool reduces = false;  // a reduced dim is divided
  // Of the sums over the ring, all rounds of a tile together: cycles of latency, and how many times
  // the tile goes over the fullest links.
  int64_t ring_latency = 0, ring_messages = 0;
  struct Moved {
    int64_t pieces = 1;  // distinct ones among the cores
    int64_t plain = 1;   // elements of a core along the axes that are no windows
    std::vector<const TileWindow*> windows;
  };
  std::array<Moved, kMostOperands> operands;
  int64_t working = 1;           // cores that work
  std::vector<Bypass> bypasses;  // that are legal and allowed: none, then INP, KER, OUT

 private:
  void find_bypasses(const Problem& problem);
};

// All divisions of the declared space that are allowed.
std::vector<CoreDivision> core_divisions(const Work& work, const System& system,
                                         const Constraints& within = {});

}  // namespace tilewright
