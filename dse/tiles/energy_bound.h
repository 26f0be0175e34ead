// What mappings take in energy at least, leakage left out: of a box of tiles, and of one tile by
// dataflow and block. Bounds Z1 to Z3 of README.md. Nothing bypasses Lx.
#pragma once

#include "dse/blocks/family.h"
#include "dse/overlap/level_bound.h"
#include "dse/tiles/box.h"
#include "dse/tiles/programs.h"

namespace tilewright {

// What all divisions of a layer share; nothing where its goal does not count energy.
struct EnergyTables {
  explicit EnergyTables(const Problem& problem);

  overlap::Profiles orders;  // of T loops
  int64_t array = 0;         // [Z1] of all but the external link and, with an L0, loads, at least
};

// Of one division; by one thread.
class EnergyBound {
 public:
  EnergyBound(const Problem& problem, const EnergyTables& tables, const Division& division);

  int64_t least(const TileBox& box);

 private:
  const Problem& problem_;
  const EnergyTables& tables_;
  const Division& division_;
  overlap::TileSums sums_;
  overlap::LevelBound bound_;
};

// Of one division and tile; by one thread.
class TileEnergy {
 public:
  TileEnergy(const Problem& problem, const EnergyTables& tables, const Division& division,
             const Extents& tile);

  // Of the external link, under any order.
  int64_t outside() const { return outside_; }
  int64_t outside(const TileProgram& program);
  // Of all else: off the array; under a dataflow, wherever operands sit; under a family, in the
  // order that it has or whatever order; of one block under a program.
  int64_t elementwise() const;
  int64_t array(const UnrollClass& unroll) const;
  int64_t array(const BlockFamily& family);
  int64_t array(const BlockFamily& family, const Extents& block, const TileProgram& program) const;

 private:
  // Blocks along a dim from one size to another, within one plateau or not.
  overlap::Cut cut(Dim d, const overlap::Flow& flow, int64_t least, int64_t most) const;

  const Problem& problem_;
  const Extents tile_;
  overlap::TileSums sums_;
  overlap::LevelBound bound_;
  int64_t outside_ = 0;
  // Of families of one class: cuts by their least block, and the last one's energy.
  struct Known {
    overlap::Cut cut;
    int64_t most = 0;
  };
  std::array<std::vector<Known>, kDimCount> known_;
  BlockFamily last_;
  int64_t last_energy_ = 0;
};

}  // namespace tilewright
