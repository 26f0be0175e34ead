#include "dse/balanced/tile_search.h"

#include <algorithm>

#include "dse/room.h"

namespace tilewright::balanced {

namespace {

constexpr int64_t kMostKnown = int64_t{1} << 20;  // slot sums kept per operand and division

// Array cycles of all tiles of a choice, for one unrolling.
int64_t busy(const Problem& problem, const Division& division, const UnrollClass& unroll,
             const TileChoice& choice) {
  int64_t steps = 1;
  for (size_t k = 0; k < kDimCount; ++k)
    steps *= division.tiles[k][choice[k]].steps[unroll.value[k]];
  return ceil_mul(steps, problem.times.mac_cycles);
}

int64_t points(const Extents& ext) {
  int64_t n = 1;
  for (Dim d : kDims) n *= ext[d];
  return n;
}

// Fewest cycles of a body on a tile of so many points.
int64_t least_body(const Problem& problem, int64_t n) {
  const UnitTimes& t = problem.times;
  switch (problem.work.kind) {
    case WorkKind::Array:
      return t.fill + 2 * t.semaphore + hold_cycles(n, t.macs_per_cycle);
    case WorkKind::Sfu:
      return t.sfu_latency + t.elementwise(n);
    case WorkKind::Move:
      return 0;
  }
  return 0;
}

}  // namespace

Measure division_bound(const Problem& problem, const Division& division) {
  return TileSearch(problem, division, 0).partial_bound(0, TileChoice{}, 1);
}

TileSearch::TileSearch(const Problem& problem, const Division& division, size_t index,
                       StopFlag stop)
    : problem_(problem), division_(division), index_(index), stop_(stop) {
  // Dims of much external traffic first: their trips decide soonest.
  for (Dim d : {Dim::in, Dim::out, Dim::grp, Dim::mb, Dim::i, Dim::j, Dim::ki, Dim::kj})
    if (division.tiles[static_cast<size_t>(d)].size() > 1) free_.push_back(d);
  for (const UnrollClass& u : problem.unrolls)
    if (!u.dominated) unrolls_.push_back(&u);
  auto whole = [&](const UnrollClass* u) { return busy(problem, division, *u, TileChoice{}); };
  std::stable_sort(unrolls_.begin(), unrolls_.end(),
                   [&](const UnrollClass* a, const UnrollClass* b) { return whole(a) < whole(b); });
  for (const UnrollClass* u : unrolls_) whole_cycles_.push_back(whole(u));
  for (size_t x = 0; x < problem.operands; ++x) {
    int64_t size = 1;
    for (size_t k = 0; k < kDimCount; ++k) {
      if (!contains(problem.dims[x], kDims[k])) continue;
      stride_[x][k] = size;
      size = std::min(size * static_cast<int64_t>(division.tiles[k].size()), kMostKnown + 1);
    }
    if (size <= kMostKnown) known_[x].assign(static_cast<size_t>(size), -1);
  }
  if (problem.objective.counts_energy()) energy_.emplace(problem, division);
}

int64_t TileSearch::slot_sum(size_t x, const TileChoice& choice) {
  if (known_[x].empty()) return division_.slot_sum(problem_, x, choice);
  int64_t key = 0;
  for (size_t k = 0; k < kDimCount; ++k) key += stride_[x][k] * choice[k];
  int64_t& known = known_[x][static_cast<size_t>(key)];
  if (known < 0) known = division_.slot_sum(problem_, x, choice);
  return known;
}

// Least sum of external slots over the loop orders; operands that smaller tiles could make cheaper
// count only once all their dims are decided.
int64_t TileSearch::external_sum(const TileChoice& choice, DimSet decided) {
  std::array<int64_t, kMostOperands> once{};
  for (size_t x = 0; x < problem_.operands; ++x)
    if (division_.monotone[x] || (problem_.dims[x] & ~decided) == 0) once[x] = slot_sum(x, choice);
  std::array<int64_t, kDimCount> trips{};
  DimSet several = 0;
  for (Dim d : free_) {
    trips[static_cast<size_t>(d)] = division_.tile(choice, d).trips;
    if (trips[static_cast<size_t>(d)] > 1) several |= bit(d);
  }
  int64_t least = -1;
  for (const OrderProfile& profile : problem_.profiles(several)) {
    int64_t sum = 0;
    for (size_t x = 0; x < problem_.operands; ++x) {
      int64_t times = once[x];
      if (profile.again[x] != 0)
        for (Dim d : free_)
          if (contains(profile.again[x], d)) times *= trips[static_cast<size_t>(d)];
      sum += times;
    }
    if (least < 0 || sum < least) least = sum;
  }
  return least;
}

int64_t TileSearch::array_cycles(const TileChoice& choice) {
  int64_t least = -1;
  for (size_t u = 0; u < unrolls_.size(); ++u) {
    if (least >= 0 && whole_cycles_[u] >= least) break;
    const int64_t cycles = busy(problem_, division_, *unrolls_[u], choice);
    if (least < 0 || cycles < least) least = cycles;
  }
  return std::max<int64_t>(least, 0);
}

Measure TileSearch::value(int64_t cycles, const TileChoice& choice, DimSet decided) const {
  return problem_.value(cycles, energy_ ? energy_->least(choice, decided) : 0);
}

Measure TileSearch::bound(const TileChoice& choice) {
  return value(least_cycles(choice), choice, static_cast<DimSet>(~0));
}

int64_t TileSearch::least_cycles(const TileChoice& choice) {
  const UnitTimes& t = problem_.times;
  int64_t steps = 1;
  for (Dim d : free_) steps *= division_.tile(choice, d).trips;
  int64_t transfers = external_sum(choice, problem_.present);
  if (problem_.work.kind == WorkKind::Move) return transfers + t.layer_cycles;
  Extents last;
  for (Dim d : kDims) {
    const DimTile& tile = division_.tile(choice, d);
    last[d] = tile.classes[tile.runs.back().of].ext;
  }
  // The last body hides the store of the tile before it, no more.
  int64_t hidden = 0;
  if (steps > 1) {
    int64_t most = division_.constant[problem_.out];
    for (size_t k = 0; k < kDimCount; ++k) {
      int64_t factor = 0;
      for (const TileClass& c : division_.tiles[k][choice[k]].classes)
        factor = std::max(factor, c.factor[problem_.out]);
      most *= factor;
    }
    hidden = division_.slot(problem_, problem_.out, most);
  }
  transfers += std::max<int64_t>(0, 2 * t.semaphore + least_body(problem_, points(last)) - hidden);
  int64_t bodies = 0;
  for (size_t x = 0; x < problem_.operands; ++x)
    bodies += division_.end_slot(problem_, x, choice, x == problem_.out);
  if (problem_.work.kind == WorkKind::Array)
    bodies += array_cycles(choice) + steps * (4 * t.semaphore + t.fill);
  else
    bodies += t.elementwise(points(division_.share)) + steps * (2 * t.semaphore + t.sfu_latency);
  return std::max(transfers, bodies) + t.layer_cycles;
}

// Undecided dims are whole.
Measure TileSearch::partial_bound(size_t level, const TileChoice& choice, int64_t trips) {
  DimSet decided = static_cast<DimSet>(~problem_.present | problem_.whole);
  for (size_t l = 0; l < level; ++l) decided |= bit(free_[l]);
  const UnitTimes& t = problem_.times;
  int64_t bodies = 0;
  if (problem_.work.kind == WorkKind::Array)
    bodies = whole_cycles_.front() + trips * (4 * t.semaphore + t.fill);
  else if (problem_.work.kind == WorkKind::Sfu)
    bodies = t.elementwise(points(division_.share)) + trips * (2 * t.semaphore + t.sfu_latency);
  return value(std::max(external_sum(choice, decided), bodies) + t.layer_cycles, choice, decided);
}

bool TileSearch::fits(size_t level, const TileChoice& choice) const {
  Extents tile = division_.extents(choice);
  for (size_t l = level; l < free_.size(); ++l) tile[free_[l]] = 1;
  return least_lx_bytes(problem_, tile) <= problem_.system.core.lx_bytes;
}

bool TileSearch::descend(size_t level, TileChoice& choice, int64_t trips) {
  if (stop_.raised()) return false;
  if (level == free_.size()) {
    const Measure least = bound(choice);
    if (least > limit_)
      counters_->prune(Rule::TileBound);
    else if (least > above_)
      found_->push_back({least, index_, choice});
    return true;
  }
  const auto k = static_cast<size_t>(free_[level]);
  for (uint32_t c = 0; c < division_.tiles[k].size(); ++c) {
    choice[k] = c;
    const int64_t all = trips * division_.tiles[k][c].trips;
    if (problem_.value(all * problem_.least_step_cycles(), problem_.fixed_energy) > limit_) break;
    if (!fits(level + 1, choice))
      counters_->prune(Rule::LxCapacity);
    else if (level + 1 < free_.size() && partial_bound(level + 1, choice, all) > limit_)
      counters_->prune(Rule::TripsBound);
    else if (!descend(level + 1, choice, all))
      return false;
  }
  choice[k] = 0;
  return true;
}

bool TileSearch::find(Measure above, Measure limit, std::vector<TileNode>& found,
                      Counters& counters) {
  above_ = above;
  limit_ = limit;
  found_ = &found;
  counters_ = &counters;
  TileChoice choice{};
  return descend(0, choice, 1);
}

}  // namespace tilewright::balanced
