// Tiles and blocks along one dim, numbered, apart by whether they make loops.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <gmpxx.h>

#include "dse/space/constraints.h"

namespace tilewright {

struct TilePair {
  int64_t t = 1, b = 1;
  bool operator==(const TilePair&) const = default;
};

// Whether a dim has a T loop (T below the share), and a B loop (B below T).
struct DimLoops {
  bool t = false, b = false;
};

// Number of pairs by DimLoops, [t][b].
using PairCounts = std::array<std::array<mpz_class, 2>, 2>;

class TilePairs {
 public:
  // All T in [1, share] and, `blocked`, all B in [1, T], else B = T; those that are allowed.
  TilePairs(const Constraints& constraints, Dim dim, int64_t share, bool blocked);

  const PairCounts& counts() const { return counts_; }
  TilePair at(DimLoops loops, const mpz_class& index) const;
  // Of its own kind of loops; none where it is not allowed.
  std::optional<mpz_class> index_of(TilePair pair) const;
  DimLoops loops_of(TilePair pair) const { return {pair.t < share_, pair.b < pair.t}; }

 private:
  bool holds(TilePair pair) const;
  mpz_class blocked_below(int64_t tile) const;

  int64_t share_;
  bool blocked_;
  Range tiles_, blocks_;  // within [1, share]
  Range inner_;           // tiles below the share
  PairCounts counts_;
};

}  // namespace tilewright
