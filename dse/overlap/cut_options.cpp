#include "dse/overlap/cut_options.h"

#include <algorithm>

namespace tilewright::overlap {

CutOptions::CutOptions(const Problem& problem, TileSums& sums) : problem_(problem), sums_(sums) {
  const bool whole = problem.precision.bits % 8 == 0 && problem.precision.mac_cycles.den == 1;
  for (Dim d : kDims) {
    monotone_[d] = whole && problem.work.kind != WorkKind::Sfu;
    for (const Operand& operand : problem.work.operands)
      for (const AccessAxis& axis : operand.axes)
        for (const AccessTerm& term : axis.terms) {
          const bool alone =
              std::all_of(axis.terms.begin(), axis.terms.end(), [&](const AccessTerm& other) {
                return other.dim == term.dim || problem.work.extent[other.dim] == 1;
              });
          if (term.dim == d && !alone && term.coefficient > 1) monotone_[d] = false;
        }
  }
}

CutOptions::Factors CutOptions::factors(Dim d, const Flow& flow) const {
  Factors f;
  if (problem_.work.kind != WorkKind::Array) return f;
  f.unroll = flow.unroll[d];
  bool read_by_lanes = false;
  for (size_t x = 0; x < 3; ++x) {
    read_by_lanes = read_by_lanes || (x < 2 && flow.inner[x] == Place::Lrf);
    if (!contains(problem_.dims[x], d)) continue;
    f.lrf = f.lrf || flow.inner[x] == Place::Lrf;
    f.l0 = f.l0 || flow.inner[x] == Place::L0;
    f.acc = f.acc || flow.inner[x] == Place::Acc;
  }
  if (f.lrf) f.pe = flow.pe[d];
  if (f.l0) f.corelets = flow.corelets[d];
  if (f.acc) f.sums = flow.sums[d];
  if (read_by_lanes) f.lanes = flow.lanes[d];
  if (flow.inner[2] == Place::Acc) f.summed = flow.summed[d];
  return f;
}

Cut CutOptions::cut(Dim d, const Factors& f, int64_t t, int64_t b) const {
  const TileSums::Dimension& dim = sums_.dim(d);
  Cut c;
  c.t = t;
  c.b = b;
  c.blocked = b < t;
  c.exact = true;
  c.trips = ceil_div(dim.share, t);
  c.tiles = c.all_blocks = c.all_steps = c.all_lane_steps = c.all_summed_steps = 0;
  c.fewest_blocks = INT64_MAX;
  const auto each = [&](int64_t size, auto&& value) {
    return size / t * value(t) + (size % t > 0 ? value(size % t) : 0);
  };
  const auto steps = [&](int64_t unroll) {
    return [b, unroll](int64_t e) { return steps_of(e, b, unroll); };
  };
  const auto blocks = [&](int64_t e) {
    c.fewest_blocks = std::min(c.fewest_blocks, ceil_div(e, b));
    return ceil_div(e, b);
  };
  c.blocks = each(dim.share, blocks);
  c.steps = each(dim.share, steps(f.unroll));
  for (const auto& [size, count] : dim.sizes) {
    c.tiles += count * ceil_div(size, t);
    c.all_blocks += count * each(size, blocks);
    c.all_steps += count * each(size, steps(f.unroll));
    c.all_lane_steps += count * each(size, steps(f.lanes));
    c.all_summed_steps += count * each(size, steps(f.summed));
  }
  return c;
}

DimOptions& CutOptions::of(Dim d, const Flow& flow) {
  const Factors f = factors(d, flow);
  const auto [at, is_new] = known_[static_cast<size_t>(d)].emplace(f, DimOptions{});
  DimOptions& own = at->second;
  if (!is_new) return own;
  const TileSums::Dimension& dim = sums_.dim(d);
  const auto lower = [](Cut& least, const Cut& c) {
    least.t = std::min(least.t, c.t);
    least.trips = std::min(least.trips, c.trips);
    least.tiles = std::min(least.tiles, c.tiles);
    least.blocks = std::min(least.blocks, c.blocks);
    least.all_blocks = std::min(least.all_blocks, c.all_blocks);
    least.steps = std::min(least.steps, c.steps);
    least.all_steps = std::min(least.all_steps, c.all_steps);
    least.all_lane_steps = std::min(least.all_lane_steps, c.all_lane_steps);
    least.all_summed_steps = std::min(least.all_summed_steps, c.all_summed_steps);
  };
  for (const Range& plateau : dim.plateaus) {
    Cut least = cut(d, f, plateau.least, plateau.least);
    for (int64_t t = plateau.least + 1; t <= plateau.most; ++t) lower(least, cut(d, f, t, t));
    least.b = 1;
    least.blocked = false;
    least.fewest_blocks = 1;
    least.exact = plateau.most == 1;
    if (own.least.empty())
      own.any = least;
    else
      lower(own.any, least);
    own.least.push_back(least);
  }
  own.any.exact = dim.share == 1;
  own.options.resize(dim.plateaus.size());
  own.known.resize(dim.plateaus.size());
  return own;
}

// Whether no other block is as good for sure: of those that take as much room and as many steps
// each, the largest makes fewest.
bool CutOptions::worth(Dim d, const Factors& f, int64_t t, int64_t b) const {
  if (f.lrf &&
      packed_bytes(ceil_div(b, f.pe), problem_.precision.bits) > problem_.system.array.lrf_bytes)
    return false;
  if (f.l0 && packed_bytes(ceil_div(b, f.corelets), problem_.precision.bits) >
                  problem_.system.array.l0_bytes)
    return false;
  if (f.acc && ceil_div(b, f.sums) > problem_.system.array.accumulators) return false;
  if (!monotone_[d] || b == t) return true;
  if (!f.lrf && !f.l0 && !f.acc) return false;
  return b == 1 || b % f.unroll == 0 || (f.lrf && b % f.pe == 0) || (f.l0 && b % f.corelets == 0) ||
         (f.acc && b % f.sums == 0) || (f.lanes > 1 && b % f.lanes == 0) ||
         (f.summed > 1 && b % f.summed == 0);
}

// Whether tiles of size `a` fetch no more than those of `b`, whatever the other dims do.
bool CutOptions::fetches_no_more(Dim d, int64_t a, int64_t b) {
  if (a == b) return true;
  if (problem_.times.granule.value() > 1) return false;
  for (size_t x = 0; x < problem_.operands; ++x)
    for (size_t axis = 0; axis < problem_.work.operands[x].axes.size(); ++axis) {
      if (!sums_.varies(x, axis)) continue;
      const auto& terms = problem_.work.operands[x].axes[axis].terms;
      if (std::none_of(terms.begin(), terms.end(),
                       [d](const AccessTerm& term) { return term.dim == d; }))
        continue;
      Extents ta = Extents::filled(1), tb = ta;
      ta[d] = a;
      tb[d] = b;
      const Dim other = terms.front().dim == d ? terms.back().dim : terms.front().dim;
      const int64_t most = other == d ? 1 : sums_.dim(other).share;
      for (int64_t partner = 1; partner <= most; ++partner) {
        if (other != d) ta[other] = tb[other] = partner;
        for (const int slides : {-1, static_cast<int>(d), static_cast<int>(other)})
          if (sums_.points(x, axis, ta, slides) > sums_.points(x, axis, tb, slides)) return false;
      }
    }
  return true;
}

// Whether `a` may stand for `b`.
bool CutOptions::as_good(Dim d, const Factors& f, const Cut& a, const Cut& b) {
  if (a.t > b.t || a.blocked > b.blocked || (a.b > 1) != (b.b > 1)) return false;
  if ((f.lrf && ceil_div(a.b, f.pe) > ceil_div(b.b, f.pe)) ||
      (f.l0 && ceil_div(a.b, f.corelets) > ceil_div(b.b, f.corelets)) ||
      (f.acc && ceil_div(a.b, f.sums) > ceil_div(b.b, f.sums)))
    return false;
  if (a.steps > b.steps || a.all_steps > b.all_steps || a.all_lane_steps > b.all_lane_steps ||
      a.all_summed_steps > b.all_summed_steps || a.all_blocks > b.all_blocks)
    return false;
  if (problem_.precision.bits % 8 != 0 || problem_.precision.mac_cycles.den != 1) return false;
  const auto no_more_blocks = [&](int64_t size) {
    const int64_t tiles = ceil_div(size, a.t);
    if (tiles != ceil_div(size, b.t)) return false;
    const int64_t last_a = size - (tiles - 1) * a.t, last_b = size - (tiles - 1) * b.t;
    return (tiles == 1 || ceil_div(a.t, a.b) <= ceil_div(b.t, b.b)) &&
           ceil_div(last_a, a.b) <= ceil_div(last_b, b.b);
  };
  for (const auto& [size, count] : sums_.dim(d).sizes)
    if (!no_more_blocks(size)) return false;
  if (!monotone_[d])
    return a.t == b.t && a.steps == b.steps && a.all_steps == b.all_steps && a.blocks == b.blocks &&
           a.all_blocks == b.all_blocks && problem_.work.kind == WorkKind::Array;
  return fetches_no_more(d, a.t, b.t);
}

const std::vector<Cut>& CutOptions::options(Dim d, const Flow& flow, DimOptions& own,
                                            size_t plateau) {
  std::vector<Cut>& found = own.options[plateau];
  if (own.known[plateau]) return found;
  own.known[plateau] = true;
  const Factors f = factors(d, flow);
  const Range& sizes = sums_.dim(d).plateaus[plateau];
  for (int64_t t = sizes.least; t <= sizes.most; ++t)
    for (int64_t b = t; b >= 1; --b) {
      if (problem_.work.kind != WorkKind::Array && b < t) break;
      if (problem_.work.kind == WorkKind::Array && !worth(d, f, t, b)) continue;
      const Cut c = cut(d, f, t, b);
      if (std::any_of(found.begin(), found.end(),
                      [&](const Cut& known) { return as_good(d, f, known, c); }))
        continue;
      std::erase_if(found, [&](const Cut& known) { return as_good(d, f, c, known); });
      found.push_back(c);
    }
  std::sort(found.begin(), found.end(), [](const Cut& a, const Cut& b) {
    return std::tuple(a.steps, a.blocks, -a.b, a.t) < std::tuple(b.steps, b.blocks, -b.b, b.t);
  });
  return found;
}

}  // namespace tilewright::overlap
