#include "dse/greedy/divisions.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/share.h"

namespace tilewright::greedy {

namespace {

class Divisions {
 public:
  explicit Divisions(const Problem& problem) : problem_(problem) {}

  std::vector<CoreDivision> run(size_t most) {
    divide(0, std::max<int64_t>(problem_.system.chip.cores, 1));
    // Array steps of the best unrolling are worth working out for the first ones alone.
    keep(8 * most);
    if (problem_.work.kind == WorkKind::Array) {
      for (Candidate& c : found_) c.cycles = cycles(c.parts, array_cycles(c.parts));
      keep(most);
    }
    keep(most);
    std::vector<CoreDivision> divisions;
    for (const Candidate& c : found_) divisions.push_back(division(c.parts));
    return divisions;
  }

 private:
  struct Candidate {
    std::pair<int64_t, int64_t> cycles;
    Extents parts;
    bool operator<(const Candidate& other) const {
      return std::tie(cycles, parts) < std::tie(other.cycles, other.parts);
    }
  };

  void keep(size_t most) {
    std::sort(found_.begin(), found_.end());
    found_.resize(std::min(found_.size(), most));
  }

  void divide(size_t k, int64_t cores) {
    if (k == kDimCount) {
      found_.push_back({cycles(parts_, at_peak(parts_)), parts_});
      return;
    }
    const Dim d = kDims[k];
    const int64_t n = problem_.work.extent[d];
    for (int64_t p = 1; p <= std::min(n, cores); ++p) {
      if (ceil_div(n, ceil_div(n, p)) != p) continue;
      parts_[d] = p;
      divide(k + 1, cores / p);
    }
    parts_[d] = 1;
  }

  Extents share(const Extents& parts) const {
    Extents share;
    for (Dim d : kDims) share[d] = largest_share(problem_.work.extent[d], parts[d]);
    return share;
  }

  int64_t at_peak(const Extents& parts) const {
    int64_t points = 1;
    for (int64_t n : share(parts).values) points *= n;
    switch (problem_.work.kind) {
      case WorkKind::Array:
        return hold_cycles(points, problem_.times.macs_per_cycle);
      case WorkKind::Sfu:
        return problem_.times.elementwise(points);
      case WorkKind::Move:
        return 0;
    }
    return 0;
  }

  int64_t array_cycles(const Extents& parts) const {
    const Extents all = share(parts);
    int64_t least = INT64_MAX;
    for (const UnrollClass& u : problem_.unrolls)
      if (!u.dominated) least = std::min(least, problem_.times.array_busy(all, u.unroll));
    return least;
  }

  // The larger of both sides and the ring; of equal ones those that leave more room.
  std::pair<int64_t, int64_t> cycles(const Extents& parts, int64_t busy) const {
    const Extents all = share(parts);
    int64_t external = 0, sums = 0;
    for (size_t x = 0; x < problem_.operands; ++x) {
      int64_t elems = 1, pieces = 1;
      for (const AccessAxis& axis : problem_.work.operands[x].axes)
        elems *= std::min(axis.extent, axis_points(axis, lattice_step(axis, all), all));
      for (Dim d : kDims)
        if (contains(problem_.dims[x], d)) pieces *= parts[d];
      external += problem_.times.external(problem_.bytes(elems), pieces, x == problem_.out);
      if (x == problem_.out) sums = elems;
    }
    int64_t members = 1;
    for (Dim d : kDims)
      if (contains(problem_.work.reduction, d)) members *= parts[d];
    const int64_t ring =
        (members - 1) * UnitTimes::link(problem_.times.ring, sums * kPartialSumBytes);
    return {std::max(external, busy) + ring, std::min(external, busy)};
  }

  CoreDivision division(const Extents& parts) const {
    CoreDivision d;
    d.parts = parts;
    for (const bool reduced : {false, true})
      for (Dim dim : kDims)
        if (parts[dim] > 1 && contains(problem_.work.reduction, dim) == reduced)
          d.ring_order.push_back(dim);
    return d;
  }

  const Problem& problem_;
  Extents parts_ = Extents::filled(1);
  std::vector<Candidate> found_;
};

}  // namespace

std::vector<CoreDivision> promising_divisions(const Problem& problem, size_t most) {
  return Divisions(problem).run(most);
}

}  // namespace tilewright::greedy
