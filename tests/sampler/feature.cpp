#include "tests/sampler/feature.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "compiler/mapping/share.h"
#include "compiler/support/math.h"

namespace tilewright::sampler {

std::string_view name_of(Feature f) {
  static constexpr std::string_view kNames[] = {
#define X(id, name, text) name,
      TILEWRIGHT_FEATURES(X)
#undef X
  };
  return kNames[static_cast<size_t>(f)];
}

std::string print(FeatureSet set) {
  std::string words;
  for (int k = 0; k < kFeatures; ++k)
    if (const auto f = static_cast<Feature>(k); contains(set, f))
      words += (words.empty() ? "" : " ") + std::string(name_of(f));
  return words.empty() ? "none" : words;
}

std::optional<FeatureSet> features_named(const std::string& words) {
  FeatureSet set = 0;
  std::istringstream stream(words);
  for (std::string word; stream >> word;) {
    FeatureSet found = 0;
    if (word == "all") found = kAllFeatures;
    for (int k = 0; k < kFeatures; ++k)
      if (const auto f = static_cast<Feature>(k); word == name_of(f)) found = bit(f);
    if (word == "searched") found = kSearched;
    if (found == 0 && word != "none" && word != "searched") return std::nullopt;
    set |= found;
  }
  return set;
}

int64_t balanced(int64_t whole, int64_t extent) { return ceil_div(whole, ceil_div(whole, extent)); }

bool plain_axis(const Layer& layer, const std::vector<Unroll>& axis, int64_t places,
                const Extents& tile) {
  std::vector<Unroll> used;
  for (const Unroll& u : axis)
    if (u.factor > 1 && layer.work.extent[u.dim] > 1) used.push_back(u);
  const auto fills = [&](const Unroll& u, int64_t left) {
    return u.factor == left || u.factor >= tile[u.dim];
  };
  if (used.empty() || (used.size() == 1 && fills(used[0], places))) return true;
  if (used.size() != 2) return false;
  for (size_t small : {0, 1}) {
    const int64_t left = places / layer.work.extent[used[small].dim];
    if (left >= 2 && used[small].factor >= layer.work.extent[used[small].dim] &&
        fills(used[1 - small], left))
      return true;
  }
  return false;
}

std::vector<LoopRef> plain_block_order(const std::vector<LoopRef>& loops) {
  static constexpr auto group = [](Dim d) {
    switch (d) {
      case Dim::grp:
        return 0;
      case Dim::mb:
      case Dim::i:
      case Dim::j:
        return 1;
      case Dim::out:
        return 2;
      default:
        return 3;
    }
  };
  std::vector<int> groups{0};
  for (const LoopRef& loop : loops)
    if (std::find(groups.begin(), groups.end(), group(loop.dim)) == groups.end())
      groups.push_back(group(loop.dim));
  std::vector<LoopRef> order;
  for (int g : groups)
    for (Dim d : kDims)  // mb i j and in ki kj stand in the order of dims
      if (const LoopRef loop{Stage::B, d};
          group(d) == g && std::find(loops.begin(), loops.end(), loop) != loops.end())
        order.push_back(loop);
  return order;
}

namespace {

bool tile_features(const Layer& layer, const RapidDsc& dsc, Feature f) {
  const auto plain = [&](Dim d) {
    const int64_t t = dsc.t[d], b = dsc.b[d], share = layer.share(dsc, d);
    const int64_t u = unrolling(dsc.p, d), steps = ceil_div(t, u);
    const bool window = contains(layer.windows, d);
    const bool kernel = d == Dim::ki || d == Dim::kj;
    switch (f) {
      case Feature::IntegerTiles:
        return window || t == balanced(share, t);
      case Feature::WindowTiles:
        return !window || t == share;
      case Feature::IntegerBlocks:
        return kernel || b == t || (b % u == 0 && b / u == balanced(steps, b / u));
      default:
        return !kernel || b == t || b == 1;
    }
  };
  return !std::all_of(layer.present.begin(), layer.present.end(), plain);
}

bool reduction_outside(const Layer& layer, const RapidDsc& dsc) {
  bool reduction = false;
  for (const LoopRef& loop : dsc.loop_order) {
    if (loop.stage == Stage::B) break;
    if (reduction && !layer.reduced(loop.dim)) return true;
    reduction |= layer.reduced(loop.dim);
  }
  return false;
}

bool block_order(const RapidDsc& dsc) {
  std::vector<LoopRef> loops;
  for (const LoopRef& loop : dsc.loop_order)
    if (loop.stage == Stage::B) loops.push_back(loop);
  return loops != plain_block_order(loops);
}

bool greedy(const Layer& layer, const RapidDsc& dsc) {
  if (dsc.core_d.share == ShareRule::Balanced) return false;
  return std::any_of(layer.present.begin(), layer.present.end(), [&](Dim d) {
    const int64_t n = dsc.n[d], parts = dsc.core_d.parts[d];
    return slices(n, parts, ShareRule::Greedy) != slices(n, parts, ShareRule::Balanced);
  });
}

}  // namespace

FeatureSet features_of(const Layer& layer, const RapidDsc& dsc) {
  FeatureSet set = 0;
  const auto has = [&](Feature f, bool it_has) { set |= it_has ? bit(f) : 0; };
  for (Feature f :
       {Feature::IntegerTiles, Feature::WindowTiles, Feature::IntegerBlocks, Feature::WindowBlocks})
    has(f, (layer.array() || f <= Feature::WindowTiles) && tile_features(layer, dsc, f));
  has(Feature::TileOrders, reduction_outside(layer, dsc));
  has(Feature::BlockOrders, block_order(dsc));
  int in_lrf = 0;
  for (const DataStructure& data : dsc.data_structures) {
    const OperandChoice c = choice_of(data);
    const bool tile = !c.past_lx && data.transfers.front().loop.has_value();
    has(Feature::Spread, tile && c.outer == TransferType::Stream);
    has(Feature::Slide, c.slide);
    has(Feature::Bypass, c.past_lx);
    in_lrf += data.role != Role::Out && layer.array() && c.inner == Place::Lrf ? 1 : 0;
  }
  has(Feature::BothInLrfs, in_lrf == 2);
  has(Feature::DividedReductions, layer.sums_divided(dsc));
  has(Feature::Shares, greedy(layer, dsc));
  has(Feature::RingOrders,
      !layer.sums_divided(dsc) && !layer.system.chip.memory_stops.empty() &&
          !std::is_sorted(dsc.core_d.ring_order.begin(), dsc.core_d.ring_order.end()));
  for (const Axis& axis : layer.axes)
    has(Feature::Unrollings, !plain_axis(layer, dsc.p.*axis.list, axis.places, dsc.t));
  return set;
}

}  // namespace tilewright::sampler
