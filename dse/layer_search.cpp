#include "dse/layer_search.h"

#include <algorithm>
#include <memory>

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
  LayerSearch(const Problem& problem, const SearchOptions& options,
              const std::optional<Best>& first)
      : problem_(problem),
        options_(options),
        stop_(options.stop),
        workers_(options.jobs),
        windows_(problem.work),
        table_(problem_) {
    if (first) outcome_.best = *first;
  }

  Outcome run() {
    if (!make_divisions() || out_of_budget()) return std::move(outcome_);
    if (outcome_.found())
      rounds();
    else
      rise();
    return std::move(outcome_);
  }

 private:
  // False: stopped, with the one bound that needs no divisions.
  bool make_divisions() {
    outcome_.bound = lower_bound_cycles(problem_.work, problem_.system, problem_.precision);
    const bool stops = !problem_.system.chip.memory_stops.empty();
    for (CoreDivision& cores : core_divisions(problem_.work, problem_.system, problem_.within)) {
      if (stop_.raised()) return false;
      bool reduces = false;
      for (Dim d : kDims) reduces |= cores.parts[d] > 1 && contains(problem_.work.reduction, d);
      // Of ring orders that make no difference the first.
      if (!stops && !reduces && !divisions_.empty() &&
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

  // Searches as if there were a mapping of some value, then of a higher one, until one is met.
  void rise() {
    Measure value = std::max<Measure>(outcome_.bound, 1) * kAbove;
    for (;; value *= kRise) {
      outcome_.best.value = std::min(value, Objective::kCycles);
      rounds();
      if (outcome_.found() || !outcome_.proven || value >= Objective::kCycles) return;
      outcome_.proven = false;
      open_all();
    }
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
      finished[k] =
          tiles_[k].find(limit, outcome_.best.value, stop_, found[k], counters[k]) ? 1 : 0;
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
      const LeafLimits limits{outcome_.best.value, batch[k].orders, stop_};
      found[k] = search_leaf(problem_, table_, *divisions_[batch[k].division], batch[k].extents(),
                             batch[k].past_lx, limits, counters[k]);
    });
    bool finished = true;
    for (size_t k = 0; k < batch.size(); ++k) {
      outcome_.counters.add(counters[k]);
      if (found[k].best) outcome_.adopt(*found[k].best);
      finished = finished && found[k].finished;
    }
    return finished;
  }

  // Looks for a better incumbent where bounds are least: dives, until they find none.
  bool dive() {
    while (!out_of_budget()) {
      std::vector<std::optional<TileNode>> found(tiles_.size());
      std::vector<Counters> counters(tiles_.size());
      const Measure below = outcome_.best.value;
      workers_.each(tiles_.size(),
                    [&](size_t k) { found[k] = tiles_[k].dive(below, counters[k]); });
      std::vector<TileNode> all;
      for (auto& node : found)
        if (node) all.push_back(std::move(*node));
      std::stable_sort(all.begin(), all.end(),
                       [](const TileNode& a, const TileNode& b) { return a.bound < b.bound; });
      all.resize(std::min(all.size(), kBatch));
      if (!search(all)) return false;
      if (outcome_.best.value >= below) return true;
    }
    return true;
  }

  int64_t cuts() const {
    int64_t cuts = 0;
    for (const TileSearch& tiles : tiles_) cuts += tiles.cuts();
    return cuts;
  }

  // What is bound above it need not be looked at.
  Measure last_limit() const {
    return problem_.rules.all() ? outcome_.best.value - 1 : Measure{INT64_MAX};
  }

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
        if (bound >= outcome_.best.value && problem_.rules.all()) break;
        outcome_.bound = std::max(outcome_.bound, std::min(bound, outcome_.best.value));
        if (out_of_budget() || !search(batch_at(*all, at, kBatch))) return;
      }
      if (limit >= last_limit()) {
        outcome_.bound = outcome_.best.value;
        outcome_.proven = true;
        return;
      }
      outcome_.bound = std::max(outcome_.bound, std::min(limit + 1, outcome_.best.value));
      limit = limit >= outcome_.best.value - 1 ? last_limit() : limit + step;
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
  Outcome outcome_;
};

}  // namespace

Outcome search_tiles(const Problem& problem, const SearchOptions& options,
                     const std::optional<Best>& first) {
  return LayerSearch(problem, options, first).run();
}

}  // namespace tilewright
