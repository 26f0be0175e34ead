#include "dse/greedy/greedy.h"

#include <algorithm>

#include "compiler/mapping/capacity.h"
#include "compiler/mapping/footprint.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "costmodel/tile_nest.h"
#include "dse/greedy/bodies.h"
#include "dse/greedy/divisions.h"
#include "dse/greedy/steps.h"
#include "dse/room.h"

namespace tilewright {

namespace greedy {

namespace {

constexpr size_t kDivisions = 12;         // looked at
constexpr size_t kTiles = 12;             // for which bodies are constructed
constexpr size_t kDescents = 3;           // from the best of these
constexpr int64_t kTileValues = 60;       // looked at per division and order
constexpr int64_t kMappingValues = 2000;  // per descent
constexpr int64_t kFineExtent = 8;        // dims are cut to this before others are cut further
constexpr int64_t kNone = INT64_MAX;

class Greedy {
 public:
  Greedy(const Problem& problem, const Best& first, const GreedyLimits& limits, Counters& counters)
      : problem_(problem),
        bodies_(problem),
        orders_(kept_orders(problem)),
        tile_steps_(tile_steps(problem)),
        steps_(all_steps(problem)),
        array_(problem.work.kind == WorkKind::Array),
        best_(first),
        limits_(limits),
        counters_(counters) {}

  Best run() {
    if (ended()) return best_;
    for (const CoreDivision& cores : promising_divisions(problem_, kDivisions))
      if (!ended()) add_tiles(cores);
    std::stable_sort(tiles_.begin(), tiles_.end(),
                     [](const Tile& a, const Tile& b) { return a.cycles < b.cycles; });
    tiles_.resize(std::min(tiles_.size(), kTiles));
    for (const Tile& tile : tiles_)
      if (!ended()) add_start(tile.draft);
    std::stable_sort(starts_.begin(), starts_.end(),
                     [](const Tile& a, const Tile& b) { return a.cycles < b.cycles; });
    starts_.resize(std::min(starts_.size(), kDescents));
    for (Tile& start : starts_)
      if (!ended()) improve(start);
    if (array_ && problem_.may_bypass && !starts_.empty()) bypass();
    return best_;
  }

 private:
  bool ended() const { return left() <= 0 || limits_.stop.raised(); }
  int64_t left() const { return limits_.most_effort - counters_.effort; }

  struct Tile {
    int64_t cycles = 0;
    Draft draft;
  };

  // Under each order, whole shares cut until two buffers of all fit, then improved.
  void add_tiles(const CoreDivision& cores) {
    Draft draft;
    draft.cores = cores;
    const Extents share = draft.share(problem_.work);
    if (array_) bodies_.look_at(share);
    for (const Order& order : orders_) {
      draft.t_order = order;
      draft.t = share;
      if (!cut_to_fit(draft, share)) continue;
      draft.b = draft.t;
      Tile tile{cycles(draft), draft};
      int64_t most = std::min(kTileValues, left());
      descend(problem_, tile_steps_, most, tile.draft, tile.cycles,
              [this](Draft next) { return cycles(next); });
      const bool known = std::any_of(tiles_.begin(), tiles_.end(), [&](const Tile& other) {
        return other.cycles == tile.cycles && other.draft.t == tile.draft.t &&
               other.draft.cores == tile.draft.cores;
      });
      if (tile.cycles < kNone && !known) tiles_.push_back(tile);
      if (draft.t == share && tile.draft.t == share) break;
    }
  }

  bool cut_to_fit(Draft& draft, const Extents& share) const {
    const auto fits = [&](unsigned doubled) {
      return lx_bytes(problem_, draft.t, doubled, problem_.precision.bits) <=
             problem_.system.core.lx_bytes;
    };
    if (fits(0)) return true;
    const unsigned all = problem_.work.kind == WorkKind::Move ? 0 : (1u << problem_.operands) - 1;
    Extents pieces = Extents::filled(1);
    while (!fits(all)) {
      Dim cut = Dim::mb;
      int64_t longest = 1;
      for (const int64_t least : {kFineExtent, int64_t{1}}) {
        // From the innermost loop outwards.
        for (size_t k = kDimCount; k-- > 0;) {
          const Dim d = draft.t_order[k];
          if (longest > 1 && !alike(draft.t_order, k)) break;
          if (draft.t[d] <= std::max(least, longest)) continue;
          longest = draft.t[d];
          cut = d;
        }
        if (longest > 1) break;
      }
      if (longest == 1) return fits(0);
      pieces[cut] += 1 + pieces[cut] / 4;
      draft.t[cut] = ceil_div(share[cut], std::min(pieces[cut], share[cut]));
    }
    return true;
  }

  // Whether the k-th dim of an order is one for the same operands as the next inner one.
  bool alike(const Order& order, size_t k) const {
    if (k + 1 == kDimCount) return true;
    for (size_t x = 0; x < problem_.operands; ++x)
      if (contains(problem_.dims[x], order[k]) != contains(problem_.dims[x], order[k + 1]))
        return false;
    return true;
  }

  // Of an array layer with bodies at their least.
  int64_t cycles(Draft& draft) {
    draft.b = draft.t;
    const int64_t cell = problem_.precision.bits;
    if (lx_bytes(problem_, draft.t, 0, cell) > problem_.system.core.lx_bytes) return kNone;
    ++counters_.effort;
    const RapidDsc dsc = complete(problem_, draft);
    const LoopNest nest = lower(problem_.work, problem_.system, problem_.precision, dsc);
    const TileGrid grid(problem_.work, problem_.times, dsc, nest);
    const TileTimeline timeline = tile_timeline(problem_.times, nest, grid);
    int64_t total = timeline.exposed;
    for (const TileTimeline::Step& step : timeline.steps) {
      int64_t all = step.blocking + step.reduction.cycles();
      if (problem_.work.kind != WorkKind::Move)
        all += std::max(step.beside, body(nest, step.tile) + 2 * problem_.times.semaphore);
      total += all * step.count;
    }
    return total;
  }

  int64_t body(const LoopNest& nest, const TileShape& tile) const {
    if (!array_) return body_cost(problem_.work, problem_.times, nest, tile).cost.cycles;
    int64_t in = 0;
    for (size_t x = 0; x < 2; ++x)
      if ((tile.fresh >> x & 1) != 0)
        in += problem_.bytes(footprint_elems(problem_.work.operands[x], tile.ext, tile.ext));
    const int64_t loads = hold_cycles(in, problem_.times.array_in.bytes_per_cycle);
    return std::max(bodies_.least(tile.ext), loads);
  }

  void add_start(Draft draft) {
    if (array_) {
      const Extents share = draft.share(problem_.work);
      bodies_.look_at(share);
      TileShape tile;
      tile.ext = draft.t;
      DimSet loops = 0;
      for (Dim d : kDims)
        if (draft.t[d] < share[d]) loops |= bit(d);
      const bool partial = (loops & problem_.work.reduction) != 0;
      bool divided = false;
      for (Dim d : kDims)
        divided |= draft.cores.parts[d] > 1 && contains(problem_.work.reduction, d);
      tile.first = !partial;
      tile.final = !partial && !divided;
      const auto body = bodies_.construct(tile, partial || divided);
      if (!body) return;
      draft.b = body->b;
      draft.b_order = body->order;
      draft.flow = body->flow;
    }
    const int64_t all = exact(draft);
    if (all < kNone) starts_.push_back({all, draft});
  }

  // First for cycles, then for what the goal makes of them.
  void improve(Tile& start) {
    int64_t most = std::min(kMappingValues, left());
    descend(problem_, steps_, most, start.draft, start.cycles,
            [this](const Draft& next) { return exact(next); });
    Measure value = value_of(start.draft);
    if (!problem_.objective.counts_energy()) return;
    most = std::min(kMappingValues, left());
    descend(problem_, steps_, most, start.draft, value,
            [this](const Draft& next) { return value_of(next); });
  }

  // The best with one of INP, KER and OUT past Lx, all others at once in it if they fit.
  void bypass() {
    const Tile from =
        *std::min_element(starts_.begin(), starts_.end(),
                          [](const Tile& a, const Tile& b) { return a.cycles < b.cycles; });
    for (size_t x = 0; x < 3 && !ended(); ++x) {
      Tile start = from;
      start.draft.past_lx = x;
      const Extents share = start.draft.share(problem_.work);
      if (lx_bytes(problem_, share, 0, kPartialSumBits, x) <= problem_.system.core.lx_bytes)
        start.draft.t = share;
      start.cycles = exact(start.draft);
      if (start.cycles < kNone) improve(start);
    }
  }

  // Exact cycles; kNone of an illegal mapping.
  int64_t exact(const Draft& draft) {
    ++counters_.effort;
    const RapidDsc dsc = complete(problem_, draft);
    if (first_rejection(problem_.work, problem_.system, problem_.precision, dsc)) return kNone;
    ++counters_.evaluated;
    const LoopNest nest = lower(problem_.work, problem_.system, problem_.precision, dsc);
    return nest_cost(problem_.work, problem_.times, dsc, nest).cycles;
  }

  // What the goal makes of it; kept if it is the best so far.
  Measure value_of(const Draft& draft) {
    const int64_t cycles = exact(draft);
    if (cycles == kNone) return kDear;
    const RapidDsc dsc = complete(problem_, draft);
    const Measure value = problem_.counted_value(dsc, cycles);
    if (value < best_.value) best_ = {value, dsc};
    return value;
  }

  static constexpr Measure kDear = static_cast<Measure>(INT64_MAX) << 60;

  const Problem& problem_;
  Bodies bodies_;
  std::vector<Order> orders_;
  std::vector<Step> tile_steps_, steps_;
  bool array_;
  Best best_;
  const GreedyLimits& limits_;
  std::vector<Tile> tiles_;
  std::vector<Tile> starts_;
  Counters& counters_;
};

}  // namespace

}  // namespace greedy

Best greedy_mapping(const Problem& problem, const Best& first, const GreedyLimits& limits,
                    Counters& counters) {
  return greedy::Greedy(problem, first, limits, counters).run();
}

}  // namespace tilewright
