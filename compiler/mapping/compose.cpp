#include "compiler/mapping/compose.h"

#include <algorithm>

#include "compiler/mapping/share.h"

namespace tilewright {

namespace {

void add_loops(RapidDsc& dsc, Stage stage, const std::vector<Dim>& order, const Extents& limit,
               const Extents& step) {
  std::vector<Dim> dims = order;
  for (Dim d : kDims)
    if (std::find(dims.begin(), dims.end(), d) == dims.end()) dims.push_back(d);
  for (Dim d : dims)
    if (step[d] < limit[d]) dsc.loop_order.push_back({stage, d});
}

std::optional<LoopRef> innermost_loop(const RapidDsc& dsc, Stage stage, DimSet dims) {
  std::optional<LoopRef> found;
  for (const LoopRef& loop : dsc.loop_order)
    if (loop.stage == stage && contains(dims, loop.dim)) found = loop;
  return found;
}

// At the array, from or to Lx or external memory.
DataTransfer inner_hop(const RapidDsc& dsc, const Operand& operand, Place outer, Place inner,
                       TransferType type) {
  std::optional<LoopRef> loop = innermost_loop(dsc, Stage::B, operand.dims());
  if (!loop && outer == Place::External) loop = innermost_loop(dsc, Stage::T, operand.dims());
  if (operand.role != Role::Out) return {outer, inner, type, loop};
  return {inner == Place::Lrf ? Place::Lrf : Place::Acc, outer, type, loop};
}

}  // namespace

RapidDsc compose(const Work& work, const MappingChoice& choice) {
  RapidDsc dsc;
  dsc.n = work.extent;
  dsc.core_d.parts = choice.parts;
  dsc.core_d.share = choice.share;
  Extents share;
  for (Dim d : kDims) {
    share[d] = largest_share(work.extent[d], choice.parts[d]);
    if (choice.parts[d] > 1) dsc.core_d.ring_order.push_back(d);
  }
  if (!choice.ring_order.empty()) dsc.core_d.ring_order = choice.ring_order;
  const bool array = work.kind == WorkKind::Array;
  dsc.t = choice.t;
  dsc.b = array ? choice.b : choice.t;
  if (array) dsc.p = choice.p;
  add_loops(dsc, Stage::T, choice.t_order, share, dsc.t);
  if (array) add_loops(dsc, Stage::B, choice.b_order, dsc.t, dsc.b);
  for (size_t o = 0; o < work.operands.size(); ++o) {
    const Operand& operand = work.operands[o];
    const bool out = operand.role == Role::Out;
    DataStructure data;
    data.role = operand.role;
    const bool past_lx = choice.past_lx == o;
    if (!past_lx)
      data.transfers.push_back(
          {out ? Place::Lx : Place::External, out ? Place::External : Place::Lx, choice.types[o][0],
           innermost_loop(dsc, Stage::T, operand.dims()), (choice.slides >> o & 1) != 0});
    if (array && operand.role != Role::Bias)
      data.transfers.push_back(inner_hop(dsc, operand, past_lx ? Place::External : Place::Lx,
                                         choice.inner[o], choice.types[o][1]));
    dsc.data_structures.push_back(std::move(data));
  }
  dsc.comp_primitives = comp_primitives(work);
  return dsc;
}

}  // namespace tilewright
