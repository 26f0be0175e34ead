#include "dse/search.h"

#include <algorithm>

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "compiler/mapping/rejection.h"
#include "compiler/support/check.h"
#include "dse/enumerate.h"
#include "dse/node_search.h"
#include "dse/space_size.h"
#include "dse/tile_search.h"

namespace tilewright {

namespace {

// Nodes searched between two looks at the incumbent. Fixed, so that results do not depend on
// threads.
constexpr size_t kBatch = 8;
constexpr size_t kProbeNodes = 48;
constexpr int64_t kProbeCandidates = 400;

class LayerSearch {
 public:
  LayerSearch(const Work& work, const System& system, const PrecisionInfo& precision,
              const SearchOptions& options)
      : problem_(work, system, precision, options.goal),
        options_(options),
        stop_(options.stop),
        threads_(tbb::global_control::max_allowed_parallelism,
                 static_cast<size_t>(options.jobs > 0 ? options.jobs
                                                      : tbb::this_task_arena::max_concurrency())),
        arena_(options.jobs > 0 ? options.jobs : tbb::task_arena::automatic) {}

  Result<SearchResult> run() {
    if (auto impossible = find_smallest(); !impossible) return fail(impossible.error());
    if (options_.exhaustive) {
      if (make_divisions()) enumerate();
    } else {
      if (make_divisions() && !out_of_budget() && probe()) rounds();
    }
    return result();
  }

 private:
  // The least demanding mappings: every tile and block one index, operands wherever they may sit.
  // If none of these is legal, none is.
  Result<void> find_smallest() {
    MappingChoice choice;
    for (Dim d : kDims) choice.t[d] = contains(problem_.whole, d) ? problem_.work.extent[d] : 1;
    choice.inner.assign(problem_.operands, Place::L0);
    choice.t_order = tile_orders(problem_.work, problem_.present).front();
    std::optional<Rejection> first;
    for (const Places& inner : places(problem_.system)) {
      choice.types.assign(problem_.operands, {TransferType::BlockLoad, TransferType::Stream});
      if (problem_.work.kind == WorkKind::Array)
        for (size_t x = 0; x < 3; ++x) {
          choice.inner[x] = inner[x];
          if (x < 2 && inner[x] == Place::Lrf) choice.types[x][1] = TransferType::BlockLoad;
        }
      const RapidDsc dsc = compose(problem_.work, choice);
      const auto broken = first_rejection(problem_.work, problem_.system, problem_.precision, dsc);
      if (!broken) {
        adopt(Found{value_of(dsc), choice});
        ++counters_.evaluated;
        return {};
      }
      if (!first) first = broken;
    }
    return bad_input("layer '" + problem_.work.name + "' on system '" + problem_.system.name + "'",
                     "no mapping is legal; the least demanding one breaks " + to_string(*first),
                     "larger memories, or a smaller layer");
  }

  // False: stopped, with the one bound that needs no divisions.
  bool make_divisions() {
    bound_ = problem_.value(lower_bound_cycles(problem_.work, problem_.system, problem_.precision),
                            problem_.fixed_energy);
    for (const Extents& parts : divisions(problem_.work, problem_.system.chip.cores)) {
      if (stop_.raised()) return false;
      divisions_.emplace_back(problem_, parts);
      divisions_.back().bound = division_bound(problem_, divisions_.back());
    }
    // Best first; the order in which they were found decides among equals.
    std::stable_sort(divisions_.begin(), divisions_.end(),
                     [](const Division& a, const Division& b) { return a.bound < b.bound; });
    bound_ = divisions_.front().bound;
    return true;
  }

  // Adopts what is cheaper, and among equals what comes first as a value.
  void adopt(const Found& found) {
    if (best_ && found.value > best_->value) return;
    if (best_ && found.value == best_->value &&
        !(compose(problem_.work, found.choice) < compose(problem_.work, best_->choice)))
      return;
    best_ = found;
  }

  bool out_of_budget() const {
    return counters_.effort >= options_.max_evaluations || stop_.raised();
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
    arena_.execute([&] {
      tbb::parallel_for(size_t{0}, open, [&](size_t k) {
        if (stop_.raised()) return;
        divisions_[k].extend(problem_, trips);
        TileSearch search(problem_, divisions_[k], k, stop_);
        finished[k] = search.find(above, limit, found[k], counters[k]) ? 1 : 0;
      });
    });
    std::vector<TileNode> all;
    for (size_t k = 0; k < open; ++k) {
      counters_.add(counters[k]);
      if (finished[k] == 0) return std::nullopt;
      all.insert(all.end(), found[k].begin(), found[k].end());
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const TileNode& a, const TileNode& b) { return a.bound < b.bound; });
    return all;
  }

  // Searches the nodes side by side against one incumbent; whether all were searched to the end.
  bool search(const std::vector<TileNode>& batch, int64_t most_candidates) {
    std::vector<NodeResult> found(batch.size());
    std::vector<Counters> counters(batch.size());
    const NodeLimits limits{best_->value, most_candidates, stop_};
    arena_.execute([&] {
      tbb::parallel_for(size_t{0}, batch.size(), [&](size_t k) {
        const Division& division = divisions_[batch[k].division];
        found[k] =
            search_node(problem_, division, division.extents(batch[k].choice), limits, counters[k]);
      });
    });
    bool finished = true;
    for (size_t k = 0; k < batch.size(); ++k) {
      counters_.add(counters[k]);
      if (found[k].best) adopt(*found[k].best);
      finished = finished && found[k].finished;
    }
    return finished;
  }

  // Prices every legal mapping, on one thread.
  void enumerate() {
    counters_ = {};
    proven_ = for_each_mapping(problem_, [this](const MappingChoice& choice) {
      if (out_of_budget()) return false;
      ++counters_.effort;
      const RapidDsc dsc = compose(problem_.work, choice);
      if (first_rejection(problem_.work, problem_.system, problem_.precision, dsc)) return true;
      ++counters_.evaluated;
      adopt(Found{value_of(dsc), choice});
      return true;
    });
    if (proven_) bound_ = best_->value;
  }

  Measure value_of(const RapidDsc& dsc) const {
    const LoopNest nest = lower(problem_.work, problem_.system, problem_.precision, dsc);
    return problem_.counted_value(dsc, nest_cost(problem_.work, problem_.times, dsc, nest).cycles);
  }

  // A first incumbent: a quick look at nodes spread over those near the bound. False: stopped.
  bool probe() {
    const auto near = nodes(-1, bound_ + bound_ / 8 + 64);
    if (!near) return false;
    const std::vector<TileNode>& all = *near;
    std::vector<TileNode> some;
    for (size_t k = 0; k < std::min(kProbeNodes, all.size()); ++k)
      some.push_back(all[k * all.size() / std::min(kProbeNodes, all.size())]);
    for (size_t at = 0; at < some.size() && !out_of_budget(); at += kBatch)
      if (!search(batch_at(some, at), kProbeCandidates)) return false;
    return true;
  }

  static std::vector<TileNode> batch_at(const std::vector<TileNode>& all, size_t at) {
    const auto from = static_cast<std::ptrdiff_t>(at);
    const auto to = static_cast<std::ptrdiff_t>(std::min(all.size(), at + kBatch));
    return {all.begin() + from, all.begin() + to};
  }

  // Thresholds rise until no node below the incumbent is left: then it is proven. What is left open
  // by a stop keeps the bound that it had.
  void rounds() {
    Measure above = -1, limit = bound_;
    while (!out_of_budget()) {
      const Measure upto = std::min(limit, best_->value - 1);
      const auto all = nodes(above, upto);
      if (!all) return;
      for (size_t at = 0; at < all->size(); at += kBatch) {
        const Measure bound = (*all)[at].bound;
        if (bound >= best_->value) break;
        bound_ = std::max(bound_, bound);
        if (out_of_budget() || !search(batch_at(*all, at), 0)) return;
      }
      if (limit >= best_->value - 1) {
        bound_ = best_->value;
        proven_ = true;
        return;
      }
      bound_ = std::max<Measure>(bound_, limit + 1);
      above = limit;
      limit += std::max<Measure>(64, limit / 32);
    }
  }

  Result<SearchResult> result() {
    SearchResult r;
    r.best = compose(problem_.work, best_->choice);
    const auto broken = first_rejection(problem_.work, problem_.system, problem_.precision, r.best);
    TW_CHECK(!broken, "the search returns an illegal mapping: {}", to_string(*broken));
    r.price = price(problem_.work, problem_.system, problem_.precision, r.best);
    r.value = problem_.counted_value(r.best, r.price.cost.cycles);
    TW_CHECK(r.value == best_->value, "layer {}: the search made {} of it, its price {}",
             problem_.work.name, static_cast<double>(best_->value), static_cast<double>(r.value));
    r.space = space_size(problem_);
    r.evaluated = counters_.evaluated;
    r.effort = counters_.effort;
    for (size_t k = 0; k < kRuleNames.size(); ++k)
      if (counters_.pruned[k] > 0) r.pruned[std::string(kRuleNames[k])] = counters_.pruned[k];
    r.proven = proven_;
    r.lower_bound = std::min(bound_, best_->value);
    if (!proven_)
      r.gap = static_cast<double>(best_->value - r.lower_bound) / static_cast<double>(best_->value);
    return r;
  }

  const Problem problem_;
  const SearchOptions& options_;
  const StopFlag stop_;
  tbb::global_control threads_;  // lets `jobs` exceed the machine's threads
  tbb::task_arena arena_;
  std::vector<Division> divisions_;
  std::optional<Found> best_;
  Measure bound_ = 0;
  bool proven_ = false;
  Counters counters_;
};

}  // namespace

Result<SearchResult> search_layer(const Work& work, const System& system,
                                  const PrecisionInfo& precision, const SearchOptions& options) {
  if (auto fits = check_goal(options.goal, system, precision); !fits) return fail(fits.error());
  return LayerSearch(work, system, precision, options).run();
}

}  // namespace tilewright
