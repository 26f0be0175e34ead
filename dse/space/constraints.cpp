#include "dse/space/constraints.h"

#include <algorithm>
#include <utility>

namespace tilewright {

Range both(Range a, Range b) { return {std::max(a.least, b.least), std::min(a.most, b.most)}; }

const std::vector<Unroll>& along(const ArrayWork& p, Axis axis) {
  switch (axis) {
    case Axis::Rows:
      return p.rows;
    case Axis::Columns:
      return p.columns;
    case Axis::Lanes:
      return p.lanes;
    case Axis::Corelets:
      break;
  }
  return p.corelets;
}

std::vector<Unroll>& along(ArrayWork& p, Axis axis) {
  return const_cast<std::vector<Unroll>&>(along(std::as_const(p), axis));
}

bool Constraints::allows_parts(const Extents& all) const {
  return std::all_of(kDims.begin(), kDims.end(), [&](Dim d) { return parts[d].holds(all[d]); });
}

bool Constraints::allows_array(const ArrayWork& p) const {
  for (Axis axis : kAxes) {
    const AxisConstraint& constraint = axes[static_cast<size_t>(axis)];
    Extents factor = Extents::filled(1);
    for (const Unroll& u : along(p, axis)) factor[u.dim] = u.factor;
    for (Dim d : kDims)
      if (!constraint.factors[d].holds(factor[d]) ||
          (factor[d] > 1 && !contains(constraint.dims, d)))
        return false;
  }
  return true;
}

bool Constraints::allows_places(const std::array<Place, 3>& inner) const {
  for (size_t x = 0; x < 3; ++x)
    if (!places[x].has(inner[x])) return false;
  return true;
}

bool Constraints::allows_order(Sequence sequence, std::span<const Dim> outermost_first) const {
  const DimMap<DimSet>& before = outside[static_cast<size_t>(sequence)];
  DimSet inside = 0;  // dims from here inwards
  for (Dim d : outermost_first) inside |= bit(d);
  for (Dim d : outermost_first) {
    if ((before[d] & inside) != 0) return false;
    inside &= static_cast<DimSet>(~bit(d));
  }
  return true;
}

namespace {

bool allows_transfers(const Constraints& constraints, const Work& work, const RapidDsc& dsc) {
  bool past_lx = false;
  for (size_t x = 0; x < work.operands.size(); ++x) {
    const Operand& operand = work.operands[x];
    for (const DataTransfer& hop : dsc.data_structures[x].transfers) {
      const bool inner = at_array(hop, operand.role);
      const Stage stage = inner ? Stage::B : Stage::T;
      const bool outer = hop.src == Place::External || hop.dst == Place::External;
      if (inner && x < 3 && !constraints.places[x].has(inner_place(hop, operand.role)))
        return false;
      if (inner && outer) {
        past_lx = true;
        if (!constraints.past_lx.has(operand.role)) return false;
      }
      if (hop.slide && !constraints.slide) return false;
      const bool moved = hop.loop && hop.loop->stage == stage;
      if (moved && !constraints.allows_type(operand.role, stage, hop.type)) return false;
    }
  }
  return past_lx || constraints.through_lx || work.kind != WorkKind::Array;
}

}  // namespace

bool allows(const Constraints& constraints, const Work& work, const RapidDsc& dsc) {
  if (!constraints.allows_parts(dsc.core_d.parts)) return false;
  if (!constraints.shares.has(dsc.core_d.share)) return false;
  std::vector<Dim> order[2];
  for (const LoopRef& loop : dsc.loop_order)
    order[static_cast<size_t>(loop.stage)].push_back(loop.dim);
  if (!constraints.allows_order(Sequence::Ring, dsc.core_d.ring_order) ||
      !constraints.allows_order(Sequence::T, order[0]) ||
      !constraints.allows_order(Sequence::B, order[1]))
    return false;
  const bool array = work.kind == WorkKind::Array;
  for (Dim d : kDims)
    if (!constraints.t[d].holds(dsc.t[d]) || (array && !constraints.b[d].holds(dsc.b[d])))
      return false;
  if (array && !constraints.allows_array(dsc.p)) return false;
  return allows_transfers(constraints, work, dsc);
}

}  // namespace tilewright
