#include "dse/tiles/division.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"

namespace tilewright {

const TileWindow& WindowTable::of(size_t operand, size_t axis, const CoreDivision& cores) {
  const AccessAxis& a = work_.operands[operand].axes[axis];
  std::array<int64_t, 5> key{static_cast<int64_t>(operand), static_cast<int64_t>(axis),
                             static_cast<int64_t>(cores.share), 1, 1};
  for (size_t k = 0; k < a.terms.size(); ++k) key[3 + k] = cores.parts[a.terms[k].dim];
  std::unique_ptr<TileWindow>& known = known_[key];
  if (!known)
    known = std::make_unique<TileWindow>(
        window_of(a, work_.extent, cores.parts, cores.share, work_.reduction));
  return *known;
}

Division::Division(const Problem& problem, CoreDivision cores_in, WindowTable& windows)
    : cores(std::move(cores_in)) {
  for (Dim d : kDims) {
    working *= cores.parts[d];
    share[d] = largest_share(problem.work.extent[d], cores.parts[d]);
    tiles[d] = problem.within.tiles(d, share[d]);
    if (problem.work.kind == WorkKind::Array)
      tiles[d].least = std::max(tiles[d].least, problem.within.b[d].least);
    reduces |= cores.parts[d] > 1 && contains(problem.work.reduction, d);
  }
  RapidDsc dsc;
  dsc.n = problem.work.extent;
  dsc.core_d = cores;
  for (const RingRound& round : reduction_rounds(dsc, problem.work.reduction)) {
    ring_latency += round.hops * problem.times.ring.latency_cycles;
    ring_messages += round.messages;
  }
  for (size_t x = 0; x < problem.operands; ++x) {
    Moved& m = operands[x];
    for (Dim d : kDims)
      if (contains(problem.dims[x], d)) m.pieces *= cores.parts[d];
    const std::vector<AccessAxis>& axes = problem.work.operands[x].axes;
    for (size_t a = 0; a < axes.size(); ++a) {
      if (axes[a].terms.empty())
        m.plain *= axis_points_inside(axes[a], 1, Extents{}, Extents::filled(1));
      else if (axes[a].terms.size() == 1 && without_padding(axes[a], problem.work.extent))
        m.plain *= share[axes[a].terms[0].dim];
      else
        m.windows.push_back(&windows.of(x, a, cores));
    }
  }
  find_bypasses(problem);
}

void Division::find_bypasses(const Problem& problem) {
  if (problem.within.through_lx || problem.work.kind != WorkKind::Array) bypasses = {std::nullopt};
  if (!problem.may_bypass || problem.work.kind != WorkKind::Array ||
      !problem.system.chip.memory_stops.empty())
    return;
  for (size_t x = 0; x < 3; ++x) {
    if (x == problem.out && reduces) continue;
    if (!problem.within.past_lx.has(problem.work.operands[x].role)) continue;
    const std::vector<AccessAxis>& axes = problem.work.operands[x].axes;
    const bool padded = std::any_of(axes.begin(), axes.end(), [&](const AccessAxis& axis) {
      return !without_padding(axis, problem.work.extent);
    });
    const bool held = std::any_of(problem.inner_places.begin(), problem.inner_places.end(),
                                  [x](const Places& p) { return p[x] != Place::Pe; });
    if (!padded && held) bypasses.emplace_back(x);
  }
}

namespace {

class Divisions {
 public:
  Divisions(const Work& work, const System& system, const Constraints& within)
      : work_(work), system_(system), within_(within) {}

  std::vector<CoreDivision> run() {
    divide(0, std::max<int64_t>(system_.chip.cores, 1));
    return std::move(found_);
  }

 private:
  void divide(size_t k, int64_t cores) {
    if (k == kDimCount) return with_shares();
    const Dim d = kDims[k];
    const Range parts = both(within_.parts[d], {1, std::min(work_.extent[d], cores)});
    for (int64_t p = parts.least; p <= parts.most; ++p) {
      division_.parts[d] = p;
      divide(k + 1, cores / p);
    }
    division_.parts[d] = 1;
  }

  void with_shares() {
    division_.ring_order.clear();
    bool differs = false, filled = true;
    for (Dim d : kDims) {
      const int64_t n = work_.extent[d], p = division_.parts[d];
      if (p > 1) division_.ring_order.push_back(d);
      const std::vector<Slice> greedy = slices(n, p, ShareRule::Greedy);
      differs |= greedy != slices(n, p, ShareRule::Balanced);
      filled &= !contains(work_.reduction, d) || greedy.back().size > 0;
    }
    division_.share = ShareRule::Balanced;
    with_ring_orders();
    if (!differs || !filled) return;
    division_.share = ShareRule::Greedy;
    with_ring_orders();
  }

  void with_ring_orders() {
    if (!within_.shares.has(division_.share)) return;
    std::vector<Dim>& order = division_.ring_order;
    std::sort(order.begin(), order.end());
    do {
      if (within_.allows_order(Sequence::Ring, order)) found_.push_back(division_);
    } while (std::next_permutation(order.begin(), order.end()));
  }

  const Work& work_;
  const System& system_;
  const Constraints& within_;
  CoreDivision division_;
  std::vector<CoreDivision> found_;
};

}  // namespace

std::vector<CoreDivision> core_divisions(const Work& work, const System& system,
                                         const Constraints& within) {
  return Divisions(work, system, within).run();
}

}  // namespace tilewright
