#include "dse/overlap/division_search.h"

#include <algorithm>

#include "dse/cut_order.h"
#include "dse/room.h"

namespace tilewright::overlap {

DivisionSearch::DivisionSearch(Context& context, const std::vector<Flow>& flows,
                               const CoreDivision& cores)
    : context_(context),
      problem_(context.problem),
      cores_(cores),
      sums_(problem_, cores),
      options_(problem_, sums_),
      bound_(problem_, cores, sums_) {
  for (Dim d : kCutOrder)
    if (sums_.dim(d).share > 1) free_.push_back(d);
  bound_flows(flows);
}

void DivisionSearch::bound_flows(const std::vector<Flow>& flows) {
  Plateaus any;
  any.fill(TileSums::kAny);
  const Outside all = outside(any);
  least_pair_ = {INT64_MAX, INT64_MAX};
  for (const Flow& flow : flows) {
    Cuts cuts;
    for (size_t k = 0; k < kDimCount; ++k) cuts[k] = options_.of(kDims[k], flow).any;
    FlowBound bound;
    bound.flow = &flow;
    bound.least = bound_.pair(flow, cuts, LevelBound::kIdeal, LevelBound::kIdeal);
    bound.value = bound_.value(bound.least, all);
    least_pair_.cycles = std::min(least_pair_.cycles, bound.least.cycles);
    least_pair_.femtojoules = std::min(least_pair_.femtojoules, bound.least.femtojoules);
    by_bound_.push_back(bound);
  }
  std::stable_sort(by_bound_.begin(), by_bound_.end(),
                   [](const FlowBound& a, const FlowBound& b) { return a.value < b.value; });
  least_ = by_bound_.front().value;
}

bool DivisionSearch::ended() const {
  return outcome_->counters.effort >= limits_->max_evaluations || limits_->stop.raised();
}

// The least of any order, in bytes and in energy.
Outside DivisionSearch::outside(const Plateaus& plateaus) {
  DimSet loops = 0;
  for (size_t k = 0; k < kDimCount; ++k)
    if (plateaus[k] > 0) loops |= bit(kDims[k]);
  Outside least{INT64_MAX, INT64_MAX};
  for (const Profile& order : context_.tile_orders.of(loops)) {
    if (bound_.reduces() && order.again[problem_.out] != 0) continue;
    const Outside all = bound_.outside(order, plateaus);
    least.bytes = std::min(least.bytes, all.bytes);
    least.femtojoules = std::min(least.femtojoules, all.femtojoules);
  }
  return least;
}

bool DivisionSearch::fits(const Plateaus& plateaus) const {
  Extents tile = Extents::filled(1);
  bool sums = bound_.reduces();
  for (size_t k = 0; k < kDimCount; ++k) {
    if (plateaus[k] == TileSums::kAny) continue;
    tile.values[k] = sums_.dim(kDims[k]).plateaus[static_cast<size_t>(plateaus[k])].least;
    sums = sums || (plateaus[k] > 0 && contains(problem_.work.reduction, kDims[k]));
  }
  sums = sums && problem_.work.kind != WorkKind::Move;
  return lx_bytes(problem_, tile, 0, sums ? kPartialSumBits : problem_.precision.bits) <=
         problem_.system.core.lx_bytes;
}

void DivisionSearch::add_tiles(size_t k, Plateaus& plateaus) {
  if (limits_->stop.raised()) return;
  if (!fits(plateaus)) {
    outcome_->counters.prune(Rule::LxCapacity);
    return;
  }
  const Outside least = outside(plateaus);
  if (bound_.value(least_pair_, least) >= outcome_->best.value) {
    outcome_->counters.prune(Rule::TripsBound);
    return;
  }
  if (k == free_.size()) {
    Tile tile;
    for (size_t d = 0; d < kDimCount; ++d)
      tile.plateaus[d] = static_cast<uint16_t>(std::max(plateaus[d], 0));
    tile.outside = least;
    tiles_.push_back(tile);
    return;
  }
  int& plateau = plateaus[static_cast<size_t>(free_[k])];
  for (plateau = 0; plateau < static_cast<int>(sums_.dim(free_[k]).plateaus.size()); ++plateau)
    add_tiles(k + 1, plateaus);
  plateau = TileSums::kAny;
}

// Those that some dataflow may make better than the best, the least energy outside first.
void DivisionSearch::find_tiles() {
  listed_ = true;
  Plateaus plateaus;
  plateaus.fill(0);
  for (Dim d : free_) plateaus[static_cast<size_t>(d)] = TileSums::kAny;
  add_tiles(0, plateaus);
  std::stable_sort(tiles_.begin(), tiles_.end(), [](const Tile& a, const Tile& b) {
    return std::tie(a.outside.femtojoules, a.outside.bytes) <
           std::tie(b.outside.femtojoules, b.outside.bytes);
  });
  Outside least{INT64_MAX, INT64_MAX};
  for (const Tile& tile : tiles_) {
    least.bytes = std::min(least.bytes, tile.outside.bytes);
    least.femtojoules = std::min(least.femtojoules, tile.outside.femtojoules);
  }
  if (tiles_.empty()) return;
  for (FlowBound& bound : by_bound_) bound.value = bound_.value(bound.least, least);
  std::stable_sort(by_bound_.begin(), by_bound_.end(),
                   [](const FlowBound& a, const FlowBound& b) { return a.value < b.value; });
}

bool DivisionSearch::run(Outcome& outcome, const Limits& limits, size_t flows, size_t pairs) {
  outcome_ = &outcome;
  limits_ = &limits;
  if (!listed_) find_tiles();
  if (ended()) return false;
  least_ = tiles_.empty() ? outcome.best.value : by_bound_.front().value;
  for (size_t k = 0; k < by_bound_.size() && k < flows && !tiles_.empty(); ++k) {
    const FlowBound& flow = by_bound_[k];
    if (flow.value >= outcome.best.value) {
      outcome.counters.prune(Rule::UnrollBound, static_cast<int64_t>(by_bound_.size() - k));
      break;
    }
    if (flows > by_bound_.size()) least_ = std::max(least_, flow.value);
    if (!search_flow(flow, pairs)) return false;
  }
  return true;
}

bool DivisionSearch::search_flow(const FlowBound& own, size_t pairs) {
  struct Pair {
    Measure bound = 0;
    const Tile* tile = nullptr;
  };
  std::array<DimOptions*, kDimCount> dims{};
  for (size_t k = 0; k < kDimCount; ++k) dims[k] = &options_.of(kDims[k], *own.flow);
  const auto least_cuts = [&](const Tile& tile) {
    Cuts cuts;
    for (size_t k = 0; k < kDimCount; ++k) cuts[k] = dims[k]->least[tile.plateaus[k]];
    return cuts;
  };
  std::vector<Pair> found;
  for (const Tile& tile : tiles_) {
    if (bound_.value(own.least, {0, tile.outside.femtojoules}) >= outcome_->best.value) break;
    if (bound_.value(own.least, tile.outside) >= outcome_->best.value) continue;
    const Measure bound = bound_.value(*own.flow, least_cuts(tile), tile.outside);
    if (bound < outcome_->best.value) found.push_back({bound, &tile});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Pair& a, const Pair& b) { return a.bound < b.bound; });
  for (size_t k = 0; k < found.size() && k < pairs; ++k) {
    if (found[k].bound >= outcome_->best.value) break;
    if (ended()) return false;
    MappingSearch::Choices choices;
    for (size_t d = 0; d < kDimCount; ++d)
      choices[d] = &options_.options(kDims[d], *own.flow, *dims[d], found[k].tile->plateaus[d]);
    MappingSearch search(context_, cores_, bound_, *own.flow, least_cuts(*found[k].tile));
    search.run(choices, found[k].tile->outside, *outcome_);
  }
  return true;
}

}  // namespace tilewright::overlap
