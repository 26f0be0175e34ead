#include "dse/layer_search.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "compiler/mapping/share.h"
#include "dse/leaf_search.h"
#include "dse/tiles/tile_search.h"
#include "dse/workers.h"

namespace tilewright {

namespace {

// Leaves searched between two looks at the incumbent. Fixed, so that results do not depend on
// threads.
constexpr size_t kBatch = 16;
// Where no mapping is known: what the first one is looked for below, in units of the bound, and how
// much more each time that there is none.
constexpr int64_t kAbove = 4, kRise = 8;
// Rounds that cut fewer boxes make the next ones wider.
constexpr int64_t kFewCuts = 10000;

class LayerSearch {
 public:
  LayerSearch(const Problem& problem, const SearchOptions& options, const std::vector<Best>& starts)
      : problem_(problem),
        options_(options),
        stop_(options.stop),
        workers_(options.jobs),
        windows_(problem.work),
        table_(problem_) {
    for (const Best& start : starts) keep(start);
  }

  Outcome run() {
    if (make_divisions() && !out_of_budget()) {
      if (kept_.size() == options_.top)
        rounds();
      else
        rise();
    }
    if (!kept_.empty()) outcome_.best = kept_.front();
    if (kept_.size() > 1) outcome_.others.assign(kept_.begin() + 1, kept_.end());
    return std::move(outcome_);
  }

 private:
  // False: stopped, with the one bound that needs no divisions.
  bool make_divisions() {
    outcome_.bound = lower_bound_cycles(problem_.work, problem_.system, problem_.precision);
    for (CoreDivision& cores : core_divisions(problem_.work, problem_.system, problem_.within)) {
      if (stop_.raised()) return false;
      // Of ring orders that make no difference the first.
      if (!ring_order_matters(cores) && !divisions_.empty() &&
          cores.parts == divisions_.back()->cores.parts &&
          cores.share == divisions_.back()->cores.share)
        continue;
      divisions_.push_back(std::make_unique<Division>(problem_, std::move(cores), windows_));
    }
    open_all();
    Measure least = Objective::kCycles;
    for (const TileSearch& tiles : tiles_) least = std::min(least, tiles.least_open(least));
    outcome_.bound = std::max(outcome_.bound, least);
    return true;
  }

  void open_all() {
    tiles_.clear();
    for (size_t k = 0; k < divisions_.size(); ++k) tiles_.emplace_back(problem_, *divisions_[k], k);
  }

  // Searches below some value, then below a higher one, until as many as wanted are met.
  void rise() {
    Measure value = std::max<Measure>(outcome_.bound, 1) * kAbove;
    for (;; value *= kRise) {
      cap_ = std::min(value, Objective::kCycles);
      rounds();
      const bool all = kept_.size() == options_.top && kept_.back().value <= cap_;
      if (all || !outcome_.proven || value >= Objective::kCycles) return;
      outcome_.proven = false;
      open_all();
    }
  }

  // What a mapping must stay below to be of use.
  Measure below() const {
    return kept_.size() < options_.top ? cap_ : std::min(cap_, kept_.back().value);
  }

  bool ring_order_matters(const CoreDivision& cores) const {
    if (!problem_.system.chip.memory_stops.empty()) return true;
    return std::any_of(kDims.begin(), kDims.end(), [&](Dim d) {
      return cores.parts[d] > 1 && contains(problem_.work.reduction, d);
    });
  }
  bool same_shares(const CoreDivision& a, const CoreDivision& b) const {
    return a.share == b.share || std::all_of(kDims.begin(), kDims.end(), [&](Dim d) {
             const int64_t extent = problem_.work.extent[d], parts = a.parts[d];
             return slices(extent, parts, a.share) == slices(extent, parts, b.share);
           });
  }
  // Of one division and tile.
  bool alike(const RapidDsc& a, const RapidDsc& b) const {
    return a.t == b.t && a.core_d.parts == b.core_d.parts && same_shares(a.core_d, b.core_d) &&
           (a.core_d.ring_order == b.core_d.ring_order || !ring_order_matters(a.core_d));
  }
  static bool comes_first(const Best& a, const Best& b) {
    return a.value != b.value ? a.value < b.value : a.dsc < b.dsc;
  }

  void keep(const Best& found) {
    const auto same = std::find_if(kept_.begin(), kept_.end(),
                                   [&](const Best& k) { return alike(k.dsc, found.dsc); });
    if (same == kept_.end())
      kept_.push_back(found);
    else if (comes_first(found, *same))
      *same = found;
    std::sort(kept_.begin(), kept_.end(), comes_first);
    kept_.resize(std::min(kept_.size(), options_.top));
  }

  bool out_of_budget() const {
    return outcome_.counters.effort >= options_.max_evaluations || stop_.raised();
  }

  // Leaves with a bound up to `limit`, best first, each once; nothing when the stop flag was
  // raised.
  std::optional<std::vector<TileNode>> nodes(Measure limit) {
    std::vector<std::vector<TileNode>> found(tiles_.size());
    std::vector<Counters> counters(tiles_.size());
    std::vector<uint8_t> finished(tiles_.size(), 0);
    workers_.each(tiles_.size(), [&](size_t k) {
      finished[k] = tiles_[k].find(limit, below(), stop_, found[k], counters[k]) ? 1 : 0;
    });
    std::vector<TileNode> all;
    bool whole = true;
    for (size_t k = 0; k < tiles_.size(); ++k) {
      outcome_.counters.add(counters[k]);
      whole = whole && finished[k] != 0;
      all.insert(all.end(), found[k].begin(), found[k].end());
    }
    if (!whole) return std::nullopt;
    std::stable_sort(all.begin(), all.end(),
                     [](const TileNode& a, const TileNode& b) { return a.bound < b.bound; });
    return all;
  }

  // Searches the leaves side by side against one incumbent; whether all were searched to the end.
  bool search(std::span<const TileNode> batch) {
    std::vector<LeafResult> found(batch.size());
    std::vector<Counters> counters(batch.size());
    workers_.each(batch.size(), [&](size_t k) {
      const LeafLimits limits{below(), batch[k].orders, stop_};
      found[k] = search_leaf(problem_, table_, *divisions_[batch[k].division], batch[k].extents(),
                             batch[k].past_lx, limits, counters[k]);
    });
    bool finished = true;
    for (size_t k = 0; k < batch.size(); ++k) {
      outcome_.counters.add(counters[k]);
      if (found[k].best) keep(*found[k].best);
      finished = finished && found[k].finished;
    }
    return finished;
  }

  // Looks for a better incumbent where bounds are least: dives, until they find none.
  bool dive() {
    while (!out_of_budget()) {
      std::vector<std::optional<TileNode>> found(tiles_.size());
      std::vector<Counters> counters(tiles_.size());
      const Measure known = below();
      workers_.each(tiles_.size(),
                    [&](size_t k) { found[k] = tiles_[k].dive(known, counters[k]); });
      std::vector<TileNode> all;
      for (auto& node : found)
        if (node) all.push_back(std::move(*node));
      std::stable_sort(all.begin(), all.end(),
                       [](const TileNode& a, const TileNode& b) { return a.bound < b.bound; });
      all.resize(std::min(all.size(), kBatch));
      if (!search(all)) return false;
      if (below() >= known) return true;
    }
    return true;
  }

  int64_t cuts() const {
    int64_t cuts = 0;
    for (const TileSearch& tiles : tiles_) cuts += tiles.cuts();
    return cuts;
  }

  // What is bound above it need not be looked at.
  Measure last_limit() const { return problem_.rules.all() ? below() - 1 : Measure{INT64_MAX}; }

  // Thresholds rise until no leaf below the incumbent is left: then it is proven. What is left open
  // by a stop keeps the bound that it had.
  void rounds() {
    Measure limit = outcome_.bound, step = std::max<Measure>(16, limit / 1024);
    while (!out_of_budget()) {
      if (!dive()) return;
      const int64_t before = cuts();
      const auto all = nodes(std::min(limit, last_limit()));
      if (!all) return;
      for (size_t at = 0; at < all->size(); at += kBatch) {
        const Measure bound = (*all)[at].bound;
        if (bound >= below() && problem_.rules.all()) break;
        outcome_.bound = std::max(outcome_.bound, std::min(bound, below()));
        if (out_of_budget() || !search(batch_at(*all, at, kBatch))) return;
      }
      if (limit >= last_limit()) {
        outcome_.bound = below();
        outcome_.proven = true;
        return;
      }
      outcome_.bound = std::max(outcome_.bound, std::min(limit + 1, below()));
      limit = limit >= below() - 1 ? last_limit() : limit + step;
      if (cuts() - before < kFewCuts) step *= 2;
    }
  }

  const Problem& problem_;
  const SearchOptions& options_;
  const StopFlag stop_;
  Workers workers_;
  WindowTable windows_;
  BlockTable table_;
  std::vector<std::unique_ptr<Division>> divisions_;
  std::vector<TileSearch> tiles_;
  std::vector<Best> kept_;  // the best so far, at most as many as wanted
  Measure cap_ = std::numeric_limits<int64_t>::max();
  Outcome outcome_;
};

}  // namespace

Outcome search_tiles(const Problem& problem, const SearchOptions& options,
                     const std::vector<Best>& starts) {
  return LayerSearch(problem, options, starts).run();
}

}  // namespace tilewright
