#include "dse/space/point.h"

#include "compiler/mapping/compose.h"

namespace tilewright {

RapidDsc dsc_of(const Work& work, const Point& point) {
  MappingChoice choice;
  choice.parts = point.core_d.parts;
  choice.share = point.core_d.share;
  choice.t = point.t;
  choice.b = point.b;
  choice.p = point.p;
  choice.t_order = point.t_order;
  choice.b_order = point.b_order;
  choice.past_lx = point.section.past_lx;
  choice.inner.assign(point.section.inner.begin(), point.section.inner.end());
  for (size_t x = 0; x < work.operands.size(); ++x)
    choice.types.push_back(
        {point.outer[x].type, x < point.inner.size() ? point.inner[x] : TransferType::Stream});
  RapidDsc dsc = compose(work, choice);
  dsc.core_d.ring_order = point.core_d.ring_order;
  for (size_t x = 0; x < work.operands.size(); ++x)
    if (point.section.past_lx != x)
      dsc.data_structures[x].transfers[0].slide = point.outer[x].slide;
  return dsc;
}

std::optional<Point> point_of(const Work& work, const RapidDsc& dsc) {
  if (dsc.data_structures.size() != work.operands.size()) return std::nullopt;
  Point point{dsc.core_d, {}, dsc.p, dsc.t, dsc.b, {}, {}, {}, {}};
  for (const LoopRef& loop : dsc.loop_order)
    (loop.stage == Stage::T ? point.t_order : point.b_order).push_back(loop.dim);
  const bool array = work.kind == WorkKind::Array;
  point.outer.resize(work.operands.size());
  if (array) point.inner.resize(3);
  for (size_t x = 0; x < work.operands.size(); ++x) {
    const Role role = work.operands[x].role;
    for (const DataTransfer& hop : dsc.data_structures[x].transfers) {
      if (!at_array(hop, role)) {
        point.outer[x] = {hop.type, hop.slide};
      } else if (array && x < 3) {
        point.section.inner[x] = inner_place(hop, role);
        point.inner[x] = hop.type;
        if (hop.src == Place::External || hop.dst == Place::External) point.section.past_lx = x;
      }
    }
  }
  return point;
}

}  // namespace tilewright
