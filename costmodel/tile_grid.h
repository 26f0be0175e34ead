// The tiles of a layer over all its cores: extents, and elements inside the tensors, as the largest
// of any core at each index. Equations [T1] - [T5] of README.md.
#pragma once

#include <vector>

#include "compiler/mapping/loop_nest.h"
#include "costmodel/block_nest.h"
#include "costmodel/odometer.h"
#include "costmodel/unit_times.h"

namespace tilewright {

// Points inside the tensor along one axis of one operand that a fetch takes, per tile index of the
// (at most two) dims that move it: of a tile that slides the fresh ones. A dim without a tile loop
// has the one index 0.
struct AxisCounts {
  bool plain = false;      // one dim, wholly inside: the count is the tile's extent in `dim[0]`
  int loop[2] = {-1, -1};  // positions in the nest of the dims' loops; -1: none
  int64_t trips[2] = {1, 1};
  Dim dim[2] = {Dim::mb, Dim::mb};
  std::vector<int64_t> most;  // [trips0][trips1]; the largest of any core; unused when plain

  int64_t at(const LoopIndex& index, const Extents& ext) const {
    if (plain) return ext[dim[0]];
    const int64_t a = loop[0] < 0 ? 0 : index[static_cast<size_t>(loop[0])];
    const int64_t b = loop[1] < 0 ? 0 : index[static_cast<size_t>(loop[1])];
    return most[static_cast<size_t>(a * trips[1] + b)];
  }
};

class TileGrid {
 public:
  // The referred-to values must outlive the grid.
  TileGrid(const Work& work, const UnitTimes& times, const RapidDsc& dsc, const LoopNest& nest);

  const Work& work() const { return work_; }
  const Odometer<std::vector<IndexClass>>& odometer() const { return odometer_; }
  // Innermost loop that external motion m moves with; -1: none.
  int depth(size_t motion) const { return depth_[motion]; }
  // The largest core's tile at a state.
  TileShape tile(const LoopIndex& index) const;
  // Of the inner motions (bits), those whose tile may be another one where the loop over `d` is
  // past its first index: that loop moves them, or stands outside of one that does.
  unsigned fresh_beside(Dim d) const;
  // Bytes per piece of external motion m at a state, on the core that moves most, of elements of
  // `elem_bits`; a run of consecutive elements takes whole bytes, and whole granules [T4].
  int64_t bytes(size_t motion, const LoopIndex& index, int64_t elem_bits) const;
  // Bytes that the whole chip moves for external motion m, each distinct piece once per fetch.
  int64_t total_bytes(size_t motion) const;
  // Whether OUT of motion m is visited for the first (last) time at a state.
  bool first_visit(size_t motion, const LoopIndex& index) const;
  bool last_visit(size_t motion, const LoopIndex& index) const;

 private:
  int innermost(DimSet moves) const;  // loop that moves with one of the dims; -1: none
  void make_classes();
  int64_t bytes_once(size_t motion, int64_t elem_bits) const;
  int64_t run_bytes(int64_t elems, int64_t elem_bits) const {
    return round_up(packed_bytes(elems, elem_bits), times_.granule);
  }

  const Work& work_;
  const UnitTimes& times_;
  const RapidDsc& dsc_;
  const LoopNest& nest_;
  Odometer<std::vector<IndexClass>> odometer_;
  std::vector<int> depth_;                     // per external motion
  std::vector<int> tile_depth_;                // per inner motion: of its operand's tile
  std::vector<std::vector<AxisCounts>> axes_;  // per external motion, per axis
};

}  // namespace tilewright
