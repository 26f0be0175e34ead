#include "dse/layer_search.h"

#include <algorithm>
#include <memory>

#include "dse/kept.h"
#include "dse/leaf_search.h"
#include "dse/room.h"
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
  LayerSearch(const Problem& problem, const SearchOptions& options, Kept kept)
      : problem_(problem),
        options_(options),
        stop_(options.stop),
        workers_(options.jobs),
        windows_(problem.work),
        table_(problem_),
        energy_(problem_),
        kept_(std::move(kept)),
        cap_(std::max(most(), Measure{INT64_MAX})) {}

  Outcome run() {
    if (make_divisions() && !out_of_budget()) {
      if (kept_.is_front() || has_all())
        rounds();
      else
        rise();
    }
    const std::vector<Best>& all = kept_.all();
    if (!all.empty()) outcome_.best = all.front();
    if (all.size() > 1) outcome_.others.assign(all.begin() + 1, all.end());
    return std::move(outcome_);
  }

 private:
  // False: stopped, with the one bound that needs no divisions.
  bool make_divisions() {
    outcome_.bound =
        problem_.value(lower_bound_cycles(problem_.work, problem_.system, problem_.precision),
                       problem_.fixed_energy);
    for (CoreDivision& cores : core_divisions(problem_.work, problem_.system, problem_.within)) {
      if (stop_.raised()) return false;
      // Of ring orders that make no difference the first.
      if (!ring_order_matters(problem_, cores) && !divisions_.empty() &&
          cores.parts == divisions_.back()->cores.parts &&
          cores.share == divisions_.back()->cores.share)
        continue;
      divisions_.push_back(std::make_unique<Division>(problem_, std::move(cores), windows_));
    }
    open_all();
    Measure least = most();
    for (const TileSearch& tiles : tiles_) least = std::min(least, tiles.least_open(least));
    outcome_.bound = std::max(outcome_.bound, least);
    return true;
  }

  void open_all() {
    tiles_.clear();
    for (size_t k = 0; k < divisions_.size(); ++k)
      tiles_.emplace_back(problem_, energy_, *divisions_[k], k);
  }

  // Searches below some value, then below a higher one, until as many as wanted are met.
  void rise() {
    Measure value = std::max<Measure>(outcome_.bound, 1) * kAbove;
    for (;; value *= kRise) {
      cap_ = std::min(value, most());
      rounds();
      if ((has_all() && kept_.all().back().value <= cap_) || !outcome_.proven || value >= most())
        return;
      outcome_.proven = false;
      open_all();
    }
  }

  // More than the value of any mapping.
  Measure most() const {
    return problem_.objective.counts_energy() ? Measure{1} << 120 : Objective::kCycles;
  }
  // What a mapping must stay below to be of use.
  Bar bar() const { return kept_.bar(cap_); }
  Measure below() const { return kept_.below(cap_); }
  // From here on nothing is of use, however little it takes of Lx.
  Measure end() const { return kept_.is_front() ? cap_ : below(); }
  bool has_all() const { return kept_.all().size() == options_.top; }

  bool out_of_budget() const {
    return outcome_.counters.effort >= options_.max_evaluations || stop_.raised();
  }

  // Leaves with a bound up to `limit`, best first, each once; nothing when the stop flag was
  // raised.
  std::optional<std::vector<TileNode>> nodes(Measure limit) {
    std::vector<std::vector<TileNode>> found(tiles_.size());
    std::vector<Counters> counters(tiles_.size());
    std::vector<uint8_t> finished(tiles_.size(), 0);
    const Bar bar = this->bar();
    workers_.each(tiles_.size(), [&](size_t k) {
      finished[k] = tiles_[k].find(limit, bar, stop_, found[k], counters[k]) ? 1 : 0;
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

  struct Found {
    std::vector<Best> all;
    bool finished = true;  // the stop flag did not end it
  };

  // The best mapping of a leaf.
  Found search_leaves(const TileNode& node, const Bar& bar, Counters& counters) const {
    if (kept_.is_front()) return search_front(node, bar, counters);
    LeafResult leaf = search(node, {bar.any(), node.orders, stop_}, counters);
    Found found;
    found.finished = leaf.finished;
    if (leaf.best) found.all.push_back(std::move(*leaf.best));
    return found;
  }

  // The best that takes least of Lx, then any that is better and takes more.
  Found search_front(const TileNode& node, const Bar& bar, Counters& counters) const {
    Found found;
    Measure below = bar.any();
    for (const int64_t bytes : ways_to_fill_lx(problem_, node.extents(), node.past_lx)) {
      below = std::min(below, bar.at(bytes));
      if (node.bound >= below && problem_.rules.all()) break;
      LeafResult leaf = rise(node, {below, node.orders, stop_, bytes}, counters);
      found.finished = leaf.finished;
      if (!leaf.finished) break;
      if (!leaf.best) continue;
      below = leaf.best->value;
      found.all.push_back(std::move(*leaf.best));
    }
    return found;
  }

  // As if there were a mapping a little above the node's bound, then further above it: the nearer a
  // limit, the shorter the search.
  LeafResult rise(const TileNode& node, const LeafLimits& limits, Counters& counters) const {
    Measure above = 16 + node.bound / 16;
    for (;; above *= 4) {
      LeafLimits nearer = limits;
      nearer.below = std::min(limits.below, node.bound + above);
      LeafResult leaf = search(node, nearer, counters);
      if (leaf.best || !leaf.finished || nearer.below == limits.below) return leaf;
    }
  }

  LeafResult search(const TileNode& node, const LeafLimits& limits, Counters& counters) const {
    return search_leaf(problem_, table_, energy_, *divisions_[node.division], node.extents(),
                       node.past_lx, limits, counters);
  }

  // Searches the leaves side by side against one bar; whether all were searched to the end.
  bool search(std::span<const TileNode> batch) {
    std::vector<Found> found(batch.size());
    std::vector<Counters> counters(batch.size());
    const Bar bar = this->bar();
    workers_.each(batch.size(),
                  [&](size_t k) { found[k] = search_leaves(batch[k], bar, counters[k]); });
    bool finished = true;
    for (size_t k = 0; k < batch.size(); ++k) {
      outcome_.counters.add(counters[k]);
      for (const Best& best : found[k].all) improved_ |= kept_.add(best);
      finished = finished && found[k].finished;
    }
    return finished;
  }

  // Looks for a better incumbent where bounds are least: dives, until they find none.
  bool dive() {
    while (!out_of_budget()) {
      std::vector<std::optional<TileNode>> found(tiles_.size());
      std::vector<Counters> counters(tiles_.size());
      const Bar bar = this->bar();
      workers_.each(tiles_.size(), [&](size_t k) { found[k] = tiles_[k].dive(bar, counters[k]); });
      std::vector<TileNode> all;
      for (auto& node : found)
        if (node) all.push_back(std::move(*node));
      std::stable_sort(all.begin(), all.end(),
                       [](const TileNode& a, const TileNode& b) { return a.bound < b.bound; });
      all.resize(std::min(all.size(), kBatch));
      improved_ = false;
      if (!search(all)) return false;
      if (!improved_) return true;
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
    return problem_.rules.all() ? end() - 1 : std::max(Measure{INT64_MAX}, most());
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
        if (bound >= end() && problem_.rules.all()) break;
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
  const EnergyTables energy_;
  std::vector<std::unique_ptr<Division>> divisions_;
  std::vector<TileSearch> tiles_;
  Kept kept_;
  bool improved_ = false;  // by the last batch
  Measure cap_;
  Outcome outcome_;
};

}  // namespace

Outcome search_tiles(const Problem& problem, const SearchOptions& options,
                     const std::vector<Best>& starts) {
  Kept kept = Kept::best(problem, options.top);
  for (const Best& start : starts) kept.add(start);
  return LayerSearch(problem, options, std::move(kept)).run();
}

Outcome search_front(const Problem& problem, const SearchOptions& options,
                     const std::vector<Best>& starts) {
  Kept kept = Kept::front(problem);
  for (const Best& start : starts) kept.add(start);
  return LayerSearch(problem, options, std::move(kept)).run();
}

}  // namespace tilewright
