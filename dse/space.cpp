#include "dse/space.h"

#include <algorithm>
#include <string>

#include "compiler/support/math.h"

namespace tilewright {

DimSet present_dims(const Work& work) {
  DimSet set = 0;
  for (Dim d : kDims)
    if (work.extent[d] > 1) set |= bit(d);
  return set;
}

DimSet whole_dims(const Work& work) {
  DimSet set = work.kind == WorkKind::Array ? bit(Dim::ki) | bit(Dim::kj) : 0;
  for (const Operand& operand : work.operands)
    for (const AccessAxis& axis : operand.axes) {
      if (axis.terms.size() < 2) continue;
      const Dim a = axis.terms[0].dim, b = axis.terms[1].dim;
      if (contains(set, a) || contains(set, b)) continue;
      set |= bit(!contains(work.reduction, b) && contains(work.reduction, a) ? a : b);
    }
  return static_cast<DimSet>(set & present_dims(work));
}

namespace {

void divide(const Work& work, int64_t cores, size_t dim, Extents& parts,
            std::vector<Extents>& found) {
  if (dim == kDimCount) {
    found.push_back(parts);
    return;
  }
  const Dim d = kDims[dim];
  const int64_t most =
      contains(work.reduction, d) ? 1 : std::min(work.extent[d], std::max<int64_t>(cores, 1));
  for (int64_t p = 1; p <= most; ++p) {
    parts[d] = p;
    divide(work, cores / p, dim + 1, parts, found);
  }
  parts[d] = 1;
}

}  // namespace

std::vector<Extents> divisions(const Work& work, int64_t cores) {
  std::vector<Extents> found;
  Extents parts = Extents::filled(1);
  divide(work, cores, 0, parts, found);
  return found;
}

std::vector<int64_t> balanced_tiles(int64_t n) {
  std::vector<int64_t> tiles{n};
  while (tiles.back() > 1) {
    const int64_t q = ceil_div(n, tiles.back() - 1);  // the fewest trips that make it smaller
    tiles.push_back(ceil_div(n, q));
  }
  return tiles;
}

std::vector<int64_t> block_extents(Dim dim, int64_t tile, int64_t unroll) {
  if (dim == Dim::ki || dim == Dim::kj)
    return tile > 1 ? std::vector<int64_t>{tile, 1} : std::vector<int64_t>{1};
  std::vector<int64_t> blocks = balanced_tiles(ceil_div(tile, unroll));
  for (int64_t& b : blocks) b = std::min(tile, b * unroll);
  return blocks;
}

std::vector<std::vector<Dim>> tile_orders(const Work& work, DimSet several) {
  std::vector<Dim> kept, reduced;
  for (Dim d : kDims)
    if (contains(several, d)) (contains(work.reduction, d) ? reduced : kept).push_back(d);
  std::vector<std::vector<Dim>> orders;
  do {
    do {
      std::vector<Dim> order = kept;
      order.insert(order.end(), reduced.begin(), reduced.end());
      orders.push_back(std::move(order));
    } while (std::next_permutation(reduced.begin(), reduced.end()));
  } while (std::next_permutation(kept.begin(), kept.end()));
  return orders;
}

std::vector<std::vector<Dim>> block_orders(DimSet several) {
  static const std::vector<Dim> kGroups[3] = {
      {Dim::mb, Dim::i, Dim::j}, {Dim::out}, {Dim::in, Dim::ki, Dim::kj}};
  std::array<size_t, 3> groups{0, 1, 2};
  std::vector<std::vector<Dim>> orders;
  do {
    std::vector<Dim> order;
    if (contains(several, Dim::grp)) order.push_back(Dim::grp);
    for (size_t g : groups)
      for (Dim d : kGroups[g])
        if (contains(several, d)) order.push_back(d);
    if (std::find(orders.begin(), orders.end(), order) == orders.end())
      orders.push_back(std::move(order));
  } while (std::next_permutation(groups.begin(), groups.end()));
  return orders;
}

namespace {

// Nothing, one dim over the whole axis, or beside a dim that fills at most half of it another over
// what is left.
std::vector<std::vector<Unroll>> axis_choices(const Work& work,
                                              const std::vector<std::string>& names,
                                              int64_t length) {
  std::vector<std::vector<Unroll>> choices{{}};
  if (length < 2) return choices;
  std::vector<Dim> dims;
  for (Dim d : kDims)
    if (work.extent[d] > 1 && std::find(names.begin(), names.end(), name_of(d)) != names.end())
      dims.push_back(d);
  for (Dim d : dims) choices.push_back({{d, length}});
  for (Dim small : dims) {
    const int64_t left = length / work.extent[small];
    if (left < 2) continue;
    for (Dim d : dims)
      if (d != small) choices.push_back({{small, work.extent[small]}, {d, left}});
  }
  return choices;
}

// Sums at the columns: reduced dims along rows alone.
bool adds_up(const Work& work, const ArrayWork& p) {
  for (const auto* axis : {&p.rows, &p.columns, &p.lanes, &p.corelets})
    for (const Unroll& u : *axis)
      if (contains(work.reduction, u.dim) != (axis == &p.rows)) return false;
  return true;
}

}  // namespace

std::vector<Places> places(const System& system) {
  const ArrayTier& a = system.array;
  const Place edge = a.l0_bytes > 0 ? Place::L0 : Place::Pe;
  std::vector<Places> found;
  for (const Place sums : {Place::Acc, Place::Lrf}) {
    if (sums == Place::Acc ? a.accumulators == 0 : !a.sums_in_lrf) continue;
    found.push_back({edge, edge, sums});
    if (a.lrf_bytes > 0) found.push_back({edge, Place::Lrf, sums});
    if (a.lrf_bytes > 0) found.push_back({Place::Lrf, edge, sums});
  }
  return found;
}

std::vector<Dataflow> dataflows(const Work& work, const System& system) {
  const ArrayTier& a = system.array;
  std::vector<Dataflow> found;
  for (const auto& rows : axis_choices(work, a.row_dims, a.rows))
    for (const auto& columns : axis_choices(work, a.column_dims, a.columns))
      for (const auto& lanes : axis_choices(work, a.lane_dims, a.lanes))
        for (const auto& corelets : axis_choices(work, a.corelet_dims, system.core.corelets)) {
          Dataflow flow;
          flow.p = {rows, columns, lanes, corelets};
          for (const auto* axis : {&rows, &columns, &lanes, &corelets})
            for (const Unroll& u : *axis) {
              flow.unroll[u.dim] *= u.factor;
              if (axis != &lanes) flow.pe_unroll[u.dim] *= u.factor;
            }
          for (const Places& inner : places(system)) {
            if (inner[2] == Place::Acc && !adds_up(work, flow.p)) continue;
            flow.inner = inner;
            found.push_back(flow);
          }
        }
  return found;
}

}  // namespace tilewright
