#include "dse/balanced/layer_search.h"

#include <algorithm>

#include "dse/balanced/node_search.h"
#include "dse/balanced/tile_search.h"
#include "dse/workers.h"

namespace tilewright::balanced {

namespace {

// Nodes searched between two looks at the incumbent. Fixed, so that results do not depend on
// threads.
constexpr size_t kBatch = 8;
constexpr size_t kProbeNodes = 48;
constexpr int64_t kProbeCandidates = 400;

class LayerSearch {
 public:
  LayerSearch(const Problem& problem, const SearchOptions& options, const Best& first,
              Measure least)
      : problem_(problem),
        options_(options),
        stop_(options.stop),
        workers_(options.jobs),
        least_(least) {
    outcome_.best = first;
  }

  Outcome run() {
    if (make_divisions() && !out_of_budget() && probe()) rounds();
    return std::move(outcome_);
  }

 private:
  // False: stopped, with the one bound that needs no divisions.
  bool make_divisions() {
    outcome_.bound =
        problem_.value(lower_bound_cycles(problem_.work, problem_.system, problem_.precision),
                       problem_.fixed_energy);
    for (const Extents& parts : divisions(problem_.work, problem_.system.chip.cores)) {
      if (stop_.raised()) return false;
      divisions_.emplace_back(problem_, parts);
      divisions_.back().bound = division_bound(problem_, divisions_.back());
    }
    // Best first; the order in which they were found decides among equals.
    std::stable_sort(divisions_.begin(), divisions_.end(),
                     [](const Division& a, const Division& b) { return a.bound < b.bound; });
    outcome_.bound = std::max(least_, divisions_.front().bound);
    return true;
  }

  bool out_of_budget() const {
    return outcome_.counters.effort >= options_.max_evaluations || stop_.raised();
  }

  // Nodes with a bound in (above, limit], best first; nothing when the stop flag was raised.
  std::optional<std::vector<TileNode>> nodes(Measure above, Measure limit) {
    size_t open = 0;
    while (open < divisions_.size() && divisions_[open].bound <= limit) ++open;
    std::vector<std::vector<TileNode>> found(open);
    std::vector<Counters> counters(open);
    std::vector<uint8_t> finished(open, 0);
    const int64_t trips =
        std::max<int64_t>(1, problem_.objective.most_cycles(limit, problem_.fixed_energy) /
                                 problem_.least_step_cycles());
    workers_.each(open, [&](size_t k) {
      if (stop_.raised()) return;
      divisions_[k].extend(problem_, trips);
      TileSearch search(problem_, divisions_[k], k, stop_);
      finished[k] = search.find(above, limit, found[k], counters[k]) ? 1 : 0;
    });
    std::vector<TileNode> all;
    for (size_t k = 0; k < open; ++k) {
      outcome_.counters.add(counters[k]);
      if (finished[k] == 0) return std::nullopt;
      all.insert(all.end(), found[k].begin(), found[k].end());
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const TileNode& a, const TileNode& b) { return a.bound < b.bound; });
    return all;
  }

  // Searches the nodes side by side against one incumbent; whether all were searched to the end.
  bool search(std::span<const TileNode> batch, int64_t most_candidates) {
    std::vector<NodeResult> found(batch.size());
    std::vector<Counters> counters(batch.size());
    const NodeLimits limits{outcome_.best.value, most_candidates, stop_};
    workers_.each(batch.size(), [&](size_t k) {
      const Division& division = divisions_[batch[k].division];
      found[k] =
          search_node(problem_, division, division.extents(batch[k].choice), limits, counters[k]);
    });
    bool finished = true;
    for (size_t k = 0; k < batch.size(); ++k) {
      outcome_.counters.add(counters[k]);
      if (found[k].best)
        outcome_.adopt({found[k].best->value, compose(problem_.work, found[k].best->choice)});
      finished = finished && found[k].finished;
    }
    return finished;
  }

  // A first incumbent: a quick look at nodes spread over those near the bound. False: stopped.
  bool probe() {
    const auto near = nodes(-1, outcome_.bound + outcome_.bound / 8 + 64);
    if (!near) return false;
    const std::vector<TileNode>& all = *near;
    std::vector<TileNode> some;
    for (size_t k = 0; k < std::min(kProbeNodes, all.size()); ++k)
      some.push_back(all[k * all.size() / std::min(kProbeNodes, all.size())]);
    for (size_t at = 0; at < some.size() && !out_of_budget(); at += kBatch)
      if (!search(batch_at(some, at, kBatch), kProbeCandidates)) return false;
    return true;
  }

  // Thresholds rise until no node below the incumbent is left: then it is proven. What is left open
  // by a stop keeps the bound that it had.
  void rounds() {
    Measure above = -1, limit = outcome_.bound;
    while (!out_of_budget()) {
      const Measure upto = std::min(limit, outcome_.best.value - 1);
      const auto all = nodes(above, upto);
      if (!all) return;
      for (size_t at = 0; at < all->size(); at += kBatch) {
        const Measure bound = (*all)[at].bound;
        if (bound >= outcome_.best.value) break;
        outcome_.bound = std::max(outcome_.bound, bound);
        if (out_of_budget() || !search(batch_at(*all, at, kBatch), 0)) return;
      }
      if (limit >= outcome_.best.value - 1) {
        outcome_.bound = outcome_.best.value;
        outcome_.proven = true;
        return;
      }
      outcome_.bound = std::max<Measure>(outcome_.bound, limit + 1);
      above = limit;
      limit += std::max<Measure>(64, limit / 32);
    }
  }

  const Problem& problem_;
  const SearchOptions& options_;
  const StopFlag stop_;
  Workers workers_;
  const Measure least_;
  std::vector<Division> divisions_;
  Outcome outcome_;
};

}  // namespace

Outcome search(const Problem& problem, const SearchOptions& options, const Best& first,
               Measure least) {
  return LayerSearch(problem, options, first, least).run();
}

}  // namespace tilewright::balanced
