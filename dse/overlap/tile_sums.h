// What the tiles of one division fetch in all, axis by axis.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "compiler/mapping/share.h"
#include "dse/problem.h"

namespace tilewright::overlap {

class TileSums {
 public:
  // `coarse`: where no plateau is decided, what the layer touches at all is bound enough.
  TileSums(const Problem& problem, const CoreDivision& cores, bool coarse = false);

  struct Dimension {
    std::vector<Slice> slices;
    std::map<int64_t, int64_t> sizes;  // of slices that are not empty: how many
    int64_t share = 1;
    std::vector<Range> plateaus;  // sizes of T of one number of trips, from the whole share on
  };
  const Dimension& dim(Dim d) const { return dims_[d]; }
  // The plateau that a size lies in.
  int plateau_of(Dim d, int64_t size) const;
  int64_t trips(Dim d, size_t plateau) const {
    return ceil_div(dims_[d].share, dims_[d].plateaus[plateau].most);
  }

  // Points inside the tensor along one axis of an operand, summed over all tiles and slices; where
  // the loop over `slides` (-1: none) is past its first index, the fresh ones.
  int64_t points(size_t operand, size_t axis, const Extents& tile, int slides);
  // The least of it over tiles of these plateaus (kAny: of all of them). `slides` also kAny: with
  // whatever slides.
  static constexpr int kAny = -2;
  int64_t least_points(size_t operand, size_t axis, const std::array<int, kDimCount>& plateaus,
                       int slides);
  // Whether these depend on the tile.
  bool varies(size_t operand, size_t axis) const { return varies_[operand][axis]; }

 private:
  int64_t count(const AccessAxis& axis, const Extents& tile, int slides) const;

  const Problem& problem_;
  const bool coarse_;
  DimMap<Dimension> dims_;
  std::array<std::vector<bool>, kMostOperands> varies_;
  std::unordered_map<uint64_t, int64_t> known_, least_;
};

}  // namespace tilewright::overlap
