#include "dse/greedy/draft.h"

#include <algorithm>

#include "compiler/mapping/capacity.h"
#include "compiler/mapping/compose.h"
#include "compiler/mapping/footprint.h"
#include "compiler/mapping/share.h"
#include "dse/room.h"

namespace tilewright::greedy {

Extents Draft::share(const Work& work) const {
  Extents share;
  for (Dim d : kDims) share[d] = largest_share(work.extent[d], cores.parts[d]);
  return share;
}

std::vector<Order> kept_orders(const Problem& problem) {
  std::vector<size_t> kept{problem.out};
  for (size_t x = 0; x < problem.operands && kept.size() < 3; ++x)
    if (x != problem.out) kept.push_back(x);
  std::vector<Order> orders;
  for (size_t first : kept)
    for (size_t next : kept) {
      if (next == first && kept.size() > 1) continue;
      Order order = kDims;
      const auto depth = [&](Dim d) {
        return !contains(problem.dims[first], d) ? 2 : !contains(problem.dims[next], d) ? 1 : 0;
      };
      std::stable_sort(order.begin(), order.end(),
                       [&](Dim a, Dim b) { return depth(a) < depth(b); });
      if (std::find(orders.begin(), orders.end(), order) == orders.end()) orders.push_back(order);
    }
  return orders;
}

std::vector<Dim> among(const Order& order, DimSet set) {
  std::vector<Dim> dims;
  for (Dim d : order)
    if (contains(set, d)) dims.push_back(d);
  return dims;
}

bool fits_array(const Problem& problem, size_t flow, const Extents& block,
                const std::array<TransferType, 3>& types) {
  const Dataflow& f = problem.flows[flow];
  const ArrayTier& array = problem.system.array;
  int64_t l0 = 0, lrf = 0, sums = 0;
  for (size_t x = 0; x < 3; ++x) {
    if (f.inner[x] == Place::Pe) continue;
    const int64_t elems = block_elems(problem.work.operands[x], f.p, block, f.inner[x]) *
                          (types[x] == TransferType::DoubleBuffer ? 2 : 1);
    if (f.inner[x] == Place::Acc)
      sums += elems;
    else
      (f.inner[x] == Place::Lrf ? lrf : l0) +=
          packed_bytes(elems, x == 2 ? kPartialSumBits : problem.precision.bits);
  }
  return l0 <= array.l0_bytes && lrf <= array.lrf_bytes && sums <= array.accumulators;
}

std::array<TransferType, 3> array_types(const Problem& problem, size_t flow, const Extents& block,
                                        DimSet b_loops) {
  const Places& places = problem.flows[flow].inner;
  std::array<TransferType, 3> types;
  for (size_t x = 0; x < 3; ++x)
    types[x] = x < 2 && places[x] == Place::Lrf ? TransferType::BlockLoad : TransferType::Stream;
  for (size_t x = 0; x < 2; ++x) {
    if (places[x] != Place::Lrf || (problem.dims[x] & b_loops) == 0) continue;
    types[x] = TransferType::DoubleBuffer;
    if (!fits_array(problem, flow, block, types)) types[x] = TransferType::BlockLoad;
  }
  return types;
}

namespace {

// What the T loops make of the hops at External.
struct Outer {
  DimSet loops = 0;
  std::vector<Dim> order;
  bool returns = false;  // OUT leaves Lx unfinished
  bool wide = false;     // OUT in Lx has cells of partial sums
  bool reduces = false;  // a reduced dim is divided
};

Outer outer_of(const Problem& problem, const Draft& draft, const Extents& share, DimSet b_loops) {
  Outer o;
  for (Dim d : kDims) {
    if (draft.t[d] < share[d]) o.loops |= bit(d);
    o.reduces |= draft.cores.parts[d] > 1 && contains(problem.work.reduction, d);
  }
  o.order = among(draft.t_order, o.loops);
  o.returns = unfinished(o.order, problem.out_dims, problem.work.reduction) != 0;
  o.wide = o.reduces || (o.loops & problem.work.reduction) != 0 ||
           unfinished(among(draft.b_order, b_loops), problem.out_dims, problem.work.reduction) != 0;
  return o;
}

std::vector<TransferType> external_types(const Problem& problem, const Draft& draft,
                                         const Outer& o) {
  std::vector<TransferType> types(problem.operands, TransferType::BlockLoad);
  if (problem.work.kind == WorkKind::Move || o.order.empty() || draft.past_lx) return types;
  const DimSet last = bit(o.order.back());
  std::vector<size_t> operands;
  for (size_t x = 0; x < problem.operands; ++x)
    if ((problem.dims[x] & o.loops) != 0 && !(x == problem.out && o.reduces)) operands.push_back(x);
  std::stable_sort(operands.begin(), operands.end(), [&](size_t a, size_t b) {
    return (problem.dims[a] & last) != 0 && (problem.dims[b] & last) == 0;
  });
  unsigned doubled = 0;
  const int64_t cell = o.wide ? kPartialSumBits : problem.precision.bits;
  for (size_t x : operands) {
    const unsigned more = doubled | 1u << x;
    if (lx_bytes(problem, draft.t, more, cell) > problem.system.core.lx_bytes) continue;
    doubled = more;
    const bool may_spread = (problem.dims[x] & last) == 0 && !(x == problem.out && o.returns);
    types[x] = may_spread && (draft.spread >> x & 1) != 0 ? TransferType::Stream
                                                          : TransferType::DoubleBuffer;
  }
  return types;
}

}  // namespace

RapidDsc complete(const Problem& problem, const Draft& draft) {
  const Extents share = draft.share(problem.work);
  const bool array = problem.work.kind == WorkKind::Array;
  DimSet b_loops = 0;
  for (Dim d : kDims)
    if (array && draft.b[d] < draft.t[d]) b_loops |= bit(d);
  const Outer outer = outer_of(problem, draft, share, b_loops);
  MappingChoice choice;
  choice.parts = draft.cores.parts;
  choice.share = draft.cores.share;
  choice.ring_order = draft.cores.ring_order;
  choice.t = draft.t;
  choice.b = array ? draft.b : draft.t;
  choice.t_order = outer.order;
  choice.b_order = among(draft.b_order, b_loops);
  std::array<TransferType, 3> inner{};
  if (array) {
    choice.p = problem.flows[draft.flow].p;
    inner = array_types(problem, draft.flow, draft.b, b_loops);
  }
  const std::vector<TransferType> types = external_types(problem, draft, outer);
  for (size_t x = 0; x < problem.operands; ++x) {
    choice.types.push_back({types[x], array && x < 3 ? inner[x] : TransferType::Stream});
    choice.inner.push_back(array && x < 3 ? problem.flows[draft.flow].inner[x] : Place::L0);
  }
  choice.past_lx = draft.past_lx;
  RapidDsc dsc = compose(problem.work, choice);
  for (size_t x = 0; x < problem.operands; ++x) {
    DataTransfer& hop = dsc.data_structures[x].transfers[0];
    if (x == problem.out || x == draft.past_lx || problem.work.kind == WorkKind::Move ||
        !hop.loop || hop.type == TransferType::Stream)
      continue;
    const std::optional<Slide> slide = slide_of(problem.work.operands[x], dsc);
    hop.slide = slide && slide->overlaps();
  }
  return dsc;
}

}  // namespace tilewright::greedy
