// The least energy of a division and tile, leakage left out: exact but for what blocks bring to the
// array more than once, granules of external memory, and last bytes that are not full.
#pragma once

#include <array>
#include <vector>

#include "dse/balanced/division.h"

namespace tilewright::balanced {

class TileEnergy {
 public:
  TileEnergy(const Problem& problem, const Division& division);

  // [Y1] No mapping with this tile takes less. Dims that are not decided count as whole.
  int64_t least(const TileChoice& choice, DimSet decided) const;
  // [Y2] Of that what one unrolling needs to fill and read the array, each tile brought there once.
  int64_t at_array(const UnrollClass& unroll, const TileChoice& choice) const;
  // What leaves the array again, and additions to partial sums on the way.
  int64_t drained(const TileChoice& choice) const;

 private:
  // How an operand comes to the array.
  enum class Way : uint8_t { L0, Lrf, L0Again, LrfAgain, Streamed };
  static constexpr size_t kWays = 5;
  struct Query;

  int64_t reads(const UnrollClass& unroll, const Places& places, const TileChoice& choice) const;
  int64_t brought(size_t x, Way way, const TileChoice& choice, DimSet kept) const;
  int64_t streamed(size_t x, const UnrollClass& unroll, const TileChoice& choice) const;
  int64_t off_array(const TileChoice& choice) const;
  int64_t external(const Query& query, Way inp, Way ker) const;
  bool has(const UnrollClass& unroll, const Places& places) const;
  bool fits(size_t x, Place place, const UnrollClass& unroll, const Extents& tile) const;
  int64_t of_unroll(const Query& query, const UnrollClass& unroll, int64_t none) const;

  const Problem& problem_;
  const Division& division_;
  std::vector<Places> places_;
  std::array<int64_t, kMostOperands> byte_energy_{};  // of one byte over the external link
  std::vector<const UnrollClass*> unrolls_;  // by rising energy at the array of whole tiles
  std::vector<int64_t> whole_energy_;        // of each
};

}  // namespace tilewright::balanced
