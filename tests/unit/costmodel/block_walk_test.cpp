// W3 of costmodel/README.md: steps of a block nest that are alike, counted together.
#include "costmodel/block_walk.h"

#include <map>
#include <tuple>

#include "compiler/support/rng.h"
#include "tests/support/catch.h"

using namespace tilewright;

namespace {

// Blocks of such extents that cut a tile, their loops in this order; OUT moves with `out`.
struct Nest {
  BlockPieces pieces;
  BlockPlan plan;

  Nest(const std::vector<std::array<int64_t, 2>>& tile_and_block, const std::vector<Dim>& order,
       DimSet out = 0, DimSet reduction = 0) {
    Work work;
    work.kind = WorkKind::Array;
    work.reduction = reduction;
    work.operands = {Operand{Role::Inp, 0, {}, 0}, Operand{Role::Ker, 0, {}, 0},
                     Operand{Role::Out, 0, {}, 0}};
    for (Dim d : order)
      if (contains(out, d)) work.operands[2].axes.push_back({1, 1, 0, {{d, 1}}});
    Extents tile = Extents::filled(1), block = tile;
    for (size_t l = 0; l < order.size(); ++l) {
      tile[order[l]] = tile_and_block[l][0];
      block[order[l]] = tile_and_block[l][1];
    }
    const BlockOperands operands(work);
    set_block(plan, operands, block);
    set_order(plan, operands, order, 16, false);
    const System system;
    make_pieces(pieces, operands, UnitTimes(work, system, PrecisionInfo{}), plan, tile);
  }
  BlockWalk walk(BlockCode visit = 0) const { return {pieces, plan, visit}; }
};

// States by all that a step depends on.
using Tally =
    std::map<std::tuple<int, int, BlockCode, std::optional<BlockCode>, std::optional<BlockCode>>,
             int64_t>;
void note(Tally& tally, const BlockState& s) {
  const auto known = [](int at, BlockCode code) {
    return at == BlockState::kNone ? std::nullopt : std::optional(code);
  };
  tally[{s.entered, s.left, s.here, known(s.entered, s.previous), known(s.left, s.next)}] +=
      s.count;
}

std::pair<int64_t, int64_t> kinds_and_states(const BlockWalk& walk) {
  std::pair<int64_t, int64_t> n{0, 0};
  walk.for_kinds([&n](const BlockState& s) {
    ++n.first;
    n.second += s.count;
  });
  return n;
}

}  // namespace

TEST_CASE("W3: loops of 6 and 5 blocks have 10 kinds of 30 states, or 5 without edges") {
  const std::vector<Dim> order = {Dim::out, Dim::in};
  const Nest uneven({{11, 2}, {9, 2}}, order), even({{12, 2}, {10, 2}}, order);
  CHECK(kinds_and_states(uneven.walk()) == std::pair<int64_t, int64_t>{10, 30});
  CHECK(kinds_and_states(even.walk()) == std::pair<int64_t, int64_t>{5, 30});
  CHECK(kinds_and_states(Nest({}, {}).walk()) == std::pair<int64_t, int64_t>{1, 1});
}

TEST_CASE("W3: kinds are the states counted one by one") {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Rng rng{stream_seed(seed, "walk"), 0};
    INFO("seed " << seed);
    std::vector<Dim> order(kDims.begin(), kDims.end());
    for (size_t k = order.size(); k > 1; --k)
      std::swap(order[k - 1], order[static_cast<size_t>(rng.below(static_cast<int64_t>(k)))]);
    order.resize(static_cast<size_t>(rng.between(0, 4)));
    std::vector<std::array<int64_t, 2>> cuts;
    for (size_t l = 0; l < order.size(); ++l)
      cuts.push_back({rng.between(1, 12), rng.between(1, 6)});
    const Nest nest(cuts, order, static_cast<DimSet>(rng.below(256)),
                    static_cast<DimSet>(rng.below(256)));
    const BlockWalk walk = nest.walk(rng.coin() ? 0 : BlockPieces::kUnfinished);
    Tally kinds, states;
    walk.for_kinds([&](const BlockState& s) { note(kinds, s); });
    walk.for_first(INT64_MAX, [&](const BlockState& s) { note(states, s); });
    CHECK(kinds == states);
  }
}
