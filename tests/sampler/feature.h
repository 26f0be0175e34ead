// What a mapping may have beyond the plainest ones, feature by feature: what the search has learnt
// is attacked, the rest says what it could learn next.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sampler/layer.h"

namespace tilewright::sampler {

// Name on the command line, what it is.
#define TILEWRIGHT_FEATURES(X)                                                                     \
  X(IntegerTiles, "integer-tiles", "T other than ceil(share / trips)")                             \
  X(WindowTiles, "window-tiles", "T cuts a window: ki, kj, or the second dim along an axis")       \
  X(IntegerBlocks, "integer-blocks", "B other than the unrolling times ceil(steps / trips)")       \
  X(WindowBlocks, "window-blocks", "B of ki or kj neither whole nor 1")                            \
  X(TileOrders, "t-orders", "a reduction loop of T outside of one over outputs")                   \
  X(BlockOrders, "b-orders", "B loops other than grp, then {mb i j}, {out}, {in ki kj} as groups") \
  X(Spread, "spread", "stream at External")                                                        \
  X(Slide, "slide", "tiles that slide")                                                            \
  X(Bypass, "bypass", "an operand bypasses Lx")                                                    \
  X(DividedReductions, "divided-reductions", "a reduced dim over several cores")                   \
  X(Shares, "shares", "greedy shares that differ from balanced ones")                              \
  X(RingOrders, "ring-orders", "ring_order other than that of the dims")                           \
  X(Unrollings, "unrollings", "an axis filled in part, or shared otherwise")                       \
  X(BothInLrfs, "both-in-lrf", "INP and KER both in the LRF")

enum class Feature : uint8_t {
#define X(id, name, text) id,
  TILEWRIGHT_FEATURES(X)
#undef X
};
#define X(id, name, text) +1
inline constexpr int kFeatures = TILEWRIGHT_FEATURES(X);
#undef X

using FeatureSet = uint32_t;
constexpr FeatureSet bit(Feature f) { return 1u << static_cast<unsigned>(f); }
constexpr bool contains(FeatureSet set, Feature f) { return (set & bit(f)) != 0; }
inline constexpr FeatureSet kAllFeatures = (1u << kFeatures) - 1;

// Features that the search covers (dse/README.md).
inline constexpr FeatureSet kSearched = 0;

std::string_view name_of(Feature f);
// "none", or names with blanks between.
std::string print(FeatureSet set);
// The same, or "all", or "searched"; nothing for an unknown name.
std::optional<FeatureSet> features_named(const std::string& words);

// Those that a well-formed mapping has. What cannot change its price is none: an unrolling that is
// larger than the tile counts as the whole axis.
FeatureSet features_of(const Layer& layer, const RapidDsc& dsc);

// T for `trips` of a share or B for those of a tile: as even as can be, not above `extent`.
int64_t balanced(int64_t whole, int64_t extent);

// An axis that the plain space has: nothing, one dim over all of it, or beside a dim of which all
// fits twice another over what is left.
bool plain_axis(const Layer& layer, const std::vector<Unroll>& axis, int64_t places,
                const Extents& tile);

// The B loops in the plain order nearest to the given one: grp, then the groups as they begin.
std::vector<LoopRef> plain_block_order(const std::vector<LoopRef>& loops);

}  // namespace tilewright::sampler
