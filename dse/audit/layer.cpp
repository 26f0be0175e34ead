#include "dse/audit/layer.h"

#include <algorithm>
#include <map>

#include "compiler/mapping/ring.h"
#include "compiler/mapping/share.h"
#include "compiler/support/check.h"

namespace tilewright::audit {

namespace {

using Names = std::vector<std::string>;

// All ways to fill one axis of `length` places with dims of `among` that the system names; room for
// more of one of `holes` may be left.
std::vector<std::vector<Unroll>> filled_axes(const Extents& extent, const Names& names,
                                             int64_t length, DimSet among, DimSet holes) {
  std::vector<std::vector<Unroll>> found = {{}};
  for (Dim d : kDims) {
    if (extent[d] == 1 || !contains(among, d) ||
        std::find(names.begin(), names.end(), name_of(d)) == names.end())
      continue;
    std::vector<std::vector<Unroll>> longer;
    for (const std::vector<Unroll>& axis : found) {
      int64_t places = 1;
      for (const Unroll& u : axis) places *= u.factor;
      for (int64_t f = 1; f <= extent[d] && f * places <= length; ++f) {
        longer.push_back(axis);
        longer.back().push_back({d, f});
      }
    }
    found = std::move(longer);
  }
  const auto could_hold_more = [&](const std::vector<Unroll>& axis) {
    int64_t places = 1;
    for (const Unroll& u : axis) places *= u.factor;
    return std::any_of(axis.begin(), axis.end(), [&](const Unroll& u) {
      return !contains(holes, u.dim) && u.factor < extent[u.dim] &&
             places / u.factor * (u.factor + 1) <= length;
    });
  };
  std::erase_if(found, could_hold_more);
  for (std::vector<Unroll>& axis : found)
    std::erase_if(axis, [](const Unroll& u) { return u.factor == 1; });
  return found;
}

// Dims of windows of INP and KER with stride or dilation: a step of the array over one index more
// may there bring a hole.
DimSet dims_of_stepped_windows(const Work& work) {
  DimSet dims = 0;
  for (size_t x = 0; x < 2; ++x)
    for (const AccessAxis& axis : work.operands[x].axes) {
      if (axis.terms.size() < 2) continue;
      const AccessTerm &a = axis.terms[0], &b = axis.terms[1];
      const bool window = work.extent[a.dim] > 1 && work.extent[b.dim] > 1;
      if (window && std::max(a.coefficient, b.coefficient) > 1) dims |= bit(a.dim) | bit(b.dim);
    }
  return dims;
}

std::vector<Places> all_places(const ArrayTier& array) {
  const bool lrf = array.lrf_bytes > 0;
  const Place outside = array.l0_bytes > 0 ? Place::L0 : Place::Pe;
  std::vector<Place> sums;
  if (array.accumulators > 0) sums.push_back(Place::Acc);
  if (array.sums_in_lrf && lrf) sums.push_back(Place::Lrf);
  std::vector<Places> found;
  for (Place out : sums)
    for (const bool inp : {false, true})
      for (const bool ker : {false, true})
        if (lrf || (!inp && !ker))
          found.push_back({inp ? Place::Lrf : outside, ker ? Place::Lrf : outside, out});
  return found;
}

// At the columns reduced dims are summed along rows, where nothing else lies; in the LRFs any dim
// may lie anywhere.
std::vector<Dataflow> all_dataflows(const Layer& layer) {
  const ArrayTier& a = layer.system.array;
  const DimSet holes = a.l0_bytes > 0 ? DimSet{0} : dims_of_stepped_windows(layer.work);
  std::map<std::pair<Extents, Extents>, Dataflow> by_unroll;
  for (const Place sums : {Place::Acc, Place::Lrf}) {
    if (std::none_of(layer.places.begin(), layer.places.end(),
                     [sums](const Places& p) { return p[2] == sums; }))
      continue;
    const DimSet any = 0xff, reduced = layer.work.reduction;
    const DimSet on_rows = sums == Place::Acc ? reduced : any;
    const DimSet elsewhere = sums == Place::Acc ? static_cast<DimSet>(~reduced) : any;
    const Extents& n = layer.work.extent;
    const auto rows = filled_axes(n, a.row_dims, a.rows, on_rows, holes);
    const auto columns = filled_axes(n, a.column_dims, a.columns, elsewhere, holes);
    const auto lanes = filled_axes(n, a.lane_dims, a.lanes, elsewhere, holes);
    const auto corelets =
        filled_axes(n, a.corelet_dims, layer.system.core.corelets, elsewhere, holes);
    for (const auto& row : rows)
      for (const auto& column : columns)
        for (const auto& lane : lanes)
          for (const auto& corelet : corelets) {
            Extents pe = Extents::filled(1);
            for (const auto* axis : {&row, &column, &corelet})
              for (const Unroll& u : *axis) pe[u.dim] *= u.factor;
            Extents all = pe;
            for (const Unroll& u : lane) all[u.dim] *= u.factor;
            if (layer.times.lrf_load_cycles == 0) pe = Extents::filled(1);
            Dataflow& flow = by_unroll[{all, pe}];
            flow.unroll = all;
            flow.pe_unroll = pe;
            flow.layouts.push_back({{row, column, lane, corelet}, sums});
          }
  }
  std::vector<Dataflow> found;
  for (auto& [unroll, flow] : by_unroll) found.push_back(std::move(flow));
  return found;
}

}  // namespace

Layer::Layer(const Work& work_in, const System& system_in, const PrecisionInfo& precision_in)
    : work(work_in),
      system(system_in),
      precision(precision_in),
      times(work_in, system_in, precision_in),
      accesses(work_in),
      operands(work_in.operands.size()) {
  TW_CHECK(operands <= kMostOperands, "{} operands", operands);
  for (size_t x = 0; x < operands; ++x) {
    dims[x] = work.operands[x].dims();
    if (work.operands[x].role == Role::Out) out = x;
  }
  if (!is_array()) return;
  places = all_places(system.array);
  dataflows = all_dataflows(*this);
}

Shares::Shares(const Layer& layer, const CoreDivision& division) : cores(division) {
  for (Dim d : kDims) {
    n[d] = ceil_div(layer.work.extent[d], cores.parts[d]);
    reduces = reduces || (cores.parts[d] > 1 && layer.reduced(d));
  }
  for (size_t x = 0; x < layer.operands; ++x) {
    pieces[x] = 1;
    for (Dim d : kDims)
      if (layer.moves(x, d)) pieces[x] *= cores.parts[d];
  }
  RapidDsc dsc;
  dsc.n = layer.work.extent;
  dsc.core_d = cores;
  for (const RingRound& round : reduction_rounds(dsc, layer.work.reduction)) {
    ring_latency += round.hops * layer.times.ring.latency_cycles;
    ring_messages += round.messages;
  }
}

namespace {

// Share rules under which the parts are another division, or one at all (R05).
std::vector<ShareRule> share_rules(const Layer& layer, const Extents& parts) {
  bool differs = false, whole = true;
  for (Dim d : kDims) {
    const auto greedy = slices(layer.work.extent[d], parts[d], ShareRule::Greedy);
    differs = differs || greedy != slices(layer.work.extent[d], parts[d], ShareRule::Balanced);
    whole = whole && (!layer.reduced(d) || greedy.back().size > 0);
  }
  if (differs && whole) return {ShareRule::Balanced, ShareRule::Greedy};
  return {ShareRule::Balanced};
}

void add_divisions(const Layer& layer, const Extents& parts, std::vector<CoreDivision>& found) {
  std::vector<Dim> divided;
  bool order_counts = !layer.system.chip.memory_stops.empty();
  for (Dim d : kDims) {
    if (parts[d] == 1) continue;
    divided.push_back(d);
    order_counts = order_counts || layer.reduced(d);
  }
  for (const ShareRule share : share_rules(layer, parts)) {
    std::vector<Dim> order = divided;
    do {
      found.push_back({parts, share, order});
    } while (order_counts && std::next_permutation(order.begin(), order.end()));
  }
}

}  // namespace

std::vector<CoreDivision> divisions(const Layer& layer) {
  std::vector<CoreDivision> found;
  Extents parts = Extents::filled(1);
  const auto divide = [&](auto&& self, size_t k, int64_t cores) -> void {
    if (k == kDimCount) return add_divisions(layer, parts, found);
    for (int64_t p = 1; p <= std::min(cores, layer.work.extent.values[k]); ++p) {
      parts.values[k] = p;
      self(self, k + 1, cores / p);
    }
    parts.values[k] = 1;
  };
  divide(divide, 0, std::max<int64_t>(layer.system.chip.cores, 1));
  return found;
}

}  // namespace tilewright::audit
