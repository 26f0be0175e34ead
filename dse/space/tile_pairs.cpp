#include "dse/space/tile_pairs.h"

#include <algorithm>

namespace tilewright {

namespace {

int64_t size(Range range) { return range.empty() ? 0 : range.most - range.least + 1; }

}  // namespace

TilePairs::TilePairs(const Constraints& constraints, Dim dim, int64_t share, bool blocked)
    : share_(share),
      blocked_(blocked),
      tiles_(constraints.tiles(dim, share)),
      blocks_(blocked ? constraints.blocks(dim, share) : Range{1, share}),
      inner_(both(tiles_, {1, share - 1})) {
  const int64_t whole = tiles_.holds(share) ? 1 : 0;
  counts_[0][0] = whole * (blocks_.holds(share) ? 1 : 0);
  counts_[1][0] = size(both(inner_, blocks_));
  if (!blocked) return;
  counts_[0][1] = whole * size(both(blocks_, {1, share - 1}));
  counts_[1][1] = blocked_below(share);
}

// Pairs B < T with T in `inner_`, below `tile`.
mpz_class TilePairs::blocked_below(int64_t tile) const {
  const int64_t first = std::max(inner_.least, blocks_.least + 1);
  const int64_t last = std::min(inner_.most, tile - 1);
  if (last < first || blocks_.empty()) return 0;
  // T has T - least blocks, as long as its largest one, T - 1, is allowed.
  const int64_t rising = std::clamp(blocks_.most + 1, first - 1, last);
  mpz_class pairs = first - blocks_.least;
  pairs += rising - blocks_.least;
  pairs *= rising - first + 1;
  pairs /= 2;
  pairs += mpz_class(last - rising) * mpz_class(size(blocks_));
  return pairs;
}

TilePair TilePairs::at(DimLoops loops, const mpz_class& index) const {
  if (!loops.t && !loops.b) return {share_, share_};
  if (!loops.t) return {share_, blocks_.least + index.get_si()};
  if (!loops.b) {
    const int64_t t = both(inner_, blocks_).least + index.get_si();
    return {t, t};
  }
  int64_t low = inner_.least, high = inner_.most;  // the last tile with at most `index` before it
  while (low < high) {
    const int64_t middle = low + (high - low + 1) / 2;
    if (blocked_below(middle) <= index)
      low = middle;
    else
      high = middle - 1;
  }
  const mpz_class before = index - blocked_below(low);
  return {low, blocks_.least + before.get_si()};
}

bool TilePairs::holds(TilePair pair) const {
  return pair.b <= pair.t && (blocked_ || pair.b == pair.t) && tiles_.holds(pair.t) &&
         blocks_.holds(pair.b);
}

std::optional<mpz_class> TilePairs::index_of(TilePair pair) const {
  if (!holds(pair)) return std::nullopt;
  const DimLoops loops = loops_of(pair);
  if (!loops.t && !loops.b) return mpz_class(0);
  if (!loops.t) return mpz_class(pair.b - blocks_.least);
  if (!loops.b) return mpz_class(pair.t - both(inner_, blocks_).least);
  return blocked_below(pair.t) + (pair.b - blocks_.least);
}

}  // namespace tilewright
