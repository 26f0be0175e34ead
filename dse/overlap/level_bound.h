// What mappings of one division take at least, level by level, and in energy: equations [M1] and
// [E1] to [E7] of costmodel/README.md, with dims that are not decided at their least.
#pragma once

#include "dse/overlap/cut.h"
#include "dse/overlap/flows.h"
#include "dse/overlap/profiles.h"
#include "dse/overlap/tile_sums.h"

namespace tilewright::overlap {

// Bytes over the external link, and its femtojoules outside and in Lx.
struct Outside {
  int64_t bytes = 0, femtojoules = 0;
};

class LevelBound {
 public:
  LevelBound(const Problem& problem, const CoreDivision& cores, TileSums& sums);

  // What tiles move over the external link in such an order: of plateaus, some of them not decided,
  // or of one tile.
  Outside outside(const Profile& order, const std::array<int, kDimCount>& plateaus);
  Outside outside(const Profile& order, const Extents& tile);

  // Of one tile, where those operands slide (as bits) that say so.
  Outside outside(const Profile& order, const Extents& tile, uint32_t slides);
  // From now on outside() has the energy, too, that loads of INP and KER into the array take at
  // least: of each tile that is fetched one on each core that takes it. Not where they may stream
  // into the PEs.
  void count_loads();
  // The least that they take in value() and pair(), each tile fetched once.
  int64_t load_energy(const Flow& flow, const Cuts& cuts) const;

  // Femtojoules that drains take on top, where reduced dims make so many trips.
  int64_t more_drains(const Extents& trips) const;

  // Orders that say nothing: nothing is moved again.
  static const Profile kIdeal;
  Measure value(const Flow& flow, const Cuts& cuts, const Outside& outside,
                const Profile& tiles = kIdeal, const Profile& blocks = kIdeal) const;
  // The same by what the dataflow alone says: cycles, and femtojoules.
  struct Pair {
    int64_t cycles = 0, femtojoules = 0;
  };
  Pair pair(const Flow& flow, const Cuts& cuts, const Profile& tiles, const Profile& blocks) const;
  Measure value(const Pair& pair, const Outside& outside) const;

  // The layer's sums are put together over the ring.
  bool reduces() const { return reduces_; }
  // Whether OUT has cells of partial sums.
  bool partial(const Cuts& cuts, const Profile& blocks) const;

 private:
  struct Lattice {
    Extents box;         // nominal
    bool known = false;  // whatever the cuts
  };
  struct Bytes {
    int64_t one = 0, all = 0;  // of the largest core, of all
  };
  template <class Count>
  Bytes elems(size_t operand, const Lattice& lattice, const Cuts& cuts, Count&& count) const;
  template <class Count>
  void repeat(Bytes& n, size_t operand, Count&& count) const;
  Bytes loads(size_t x, const Flow& flow, const Cuts& cuts, const Profile& tiles,
              const Profile& blocks) const;
  Bytes streams(size_t x, const Flow& flow, const Cuts& cuts) const;
  Pair array(const Flow& flow, const Cuts& cuts, const Profile& tiles, const Profile& blocks) const;
  Pair elementwise(const Cuts& cuts) const;
  // Of tiles no larger than these; points(operand, axis) in all.
  template <class Points>
  Outside moved(const Profile& order, const Extents& tile, Points&& points) const;
  // Tiles along a dim on all cores together, empty ones left out.
  int64_t tiles_of(Dim d, int64_t tile) const;

  const Problem& problem_;
  TileSums& sums_;
  Extents share_;
  bool reduces_ = false, finishes_ = false;
  int64_t cores_ = 1, members_ = 1;
  int64_t outputs_ = 1, own_outputs_ = 1;  // of all, of the largest core
  // Per axis of INP and KER: points that blocks load at least; 0: as many as tiles fetch, which
  // have no holes that blocks could leave out.
  std::array<std::vector<int64_t>, 2> touched_;
  int64_t load_rate_ = 0;  // femtojoules per byte, where loads count outside
  int64_t ring_cycles_ = 0, ring_bytes_ = 0, ring_energy_ = 0;
  std::array<int64_t, kMostOperands> copies_{};  // cores that take a piece
};

}  // namespace tilewright::overlap
