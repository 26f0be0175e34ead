#include "tests/sampler/form.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/share.h"
#include "compiler/mapping/slide.h"
#include "compiler/support/math.h"

namespace tilewright::sampler {

namespace {

class Forming {
 public:
  Forming(const Layer& layer, RapidDsc& dsc, FeatureSet allowed)
      : layer_(layer), dsc_(dsc), allowed_(allowed) {}

  void run() {
    dsc_.n = layer_.work.extent;
    divide();
    if (layer_.array()) unroll();
    for (Dim d : kDims) tile(d);
    loops();
    for (size_t o = 0; o < layer_.work.operands.size(); ++o) hops(o);
    dsc_.comp_primitives = comp_primitives(layer_.work);
  }

 private:
  bool may(Feature f) const { return contains(allowed_, f); }

  void divide();
  void unroll();
  void plain(const Axis& axis, std::vector<Unroll>& list) const;
  void tile(Dim d);
  void block(Dim d);
  void loops();
  std::vector<LoopRef> stage_loops(Stage stage, const std::vector<LoopRef>& rough) const;
  bool sums_leave() const;
  bool bypassed() const;
  void hops(size_t o);
  void types(OperandChoice& c, Role role, bool tile_moves, bool block_moves) const;

  const Layer& layer_;
  RapidDsc& dsc_;
  FeatureSet allowed_;
};

void Forming::divide() {
  CoreDivision& c = dsc_.core_d;
  bool filled = true, equal = true;
  for (Dim d : kDims) {
    int64_t& parts = c.parts[d];
    parts = std::clamp<int64_t>(parts, 1, layer_.work.extent[d]);
    if (layer_.reduced(d) && !may(Feature::DividedReductions)) parts = 1;
    const auto greedy = slices(dsc_.n[d], parts, ShareRule::Greedy);
    if (layer_.reduced(d) && greedy.back().size == 0) filled = false;
    equal &= greedy == slices(dsc_.n[d], parts, ShareRule::Balanced);
  }
  if (!may(Feature::Shares) || !filled || equal) c.share = ShareRule::Balanced;
  std::vector<Dim> order;
  for (Dim d : c.ring_order)
    if (c.parts[d] > 1 && std::find(order.begin(), order.end(), d) == order.end())
      order.push_back(d);
  for (Dim d : kDims)
    if (c.parts[d] > 1 && std::find(order.begin(), order.end(), d) == order.end())
      order.push_back(d);
  const bool matters = layer_.sums_divided(dsc_) ||
                       (may(Feature::RingOrders) && !layer_.system.chip.memory_stops.empty());
  if (!matters) std::sort(order.begin(), order.end());
  c.ring_order = std::move(order);
}

// One dim over the whole axis, or what fits twice and another.
void Forming::plain(const Axis& axis, std::vector<Unroll>& list) const {
  if (list.empty()) return;
  for (size_t small = 0; small < std::min<size_t>(list.size(), 2); ++small) {
    const Dim d = list[small].dim;
    const int64_t left = axis.places / layer_.work.extent[d];
    if (list.size() < 2 || left < 2) continue;
    list = {{d, layer_.work.extent[d]}, {list[1 - small].dim, left}};
    return;
  }
  list = {{list[0].dim, axis.places}};
}

void Forming::unroll() {
  for (const Axis& axis : layer_.axes) {
    std::vector<Unroll>& list = dsc_.p.*axis.list;
    std::erase_if(list,
                  [&](const Unroll& u) { return u.factor < 2 || layer_.work.extent[u.dim] == 1; });
    if (!may(Feature::Unrollings)) plain(axis, list);
  }
}

void Forming::tile(Dim d) {
  const int64_t share = layer_.share(dsc_, d);
  int64_t& t = dsc_.t[d];
  t = std::clamp<int64_t>(t, 1, share);
  if (contains(layer_.windows, d)) {
    if (!may(Feature::WindowTiles)) t = share;
  } else if (!may(Feature::IntegerTiles)) {
    t = balanced(share, t);
  }
  block(d);
}

void Forming::block(Dim d) {
  const int64_t t = dsc_.t[d];
  int64_t& b = dsc_.b[d];
  b = layer_.array() ? std::clamp<int64_t>(b, 1, t) : t;
  if (b == t) return;
  if (d == Dim::ki || d == Dim::kj) {
    if (!may(Feature::WindowBlocks)) b = 1;
  } else if (!may(Feature::IntegerBlocks)) {
    const int64_t u = unrolling(dsc_.p, d);
    b = std::min(t, u * balanced(ceil_div(t, u), std::max<int64_t>(1, b / u)));
  }
}

std::vector<LoopRef> Forming::stage_loops(Stage stage, const std::vector<LoopRef>& rough) const {
  const auto several = [&](Dim d) {
    return stage == Stage::T ? dsc_.t[d] < layer_.share(dsc_, d) : dsc_.b[d] < dsc_.t[d];
  };
  std::vector<LoopRef> list;
  for (const LoopRef& loop : rough)
    if (loop.stage == stage && several(loop.dim) &&
        std::find(list.begin(), list.end(), loop) == list.end())
      list.push_back(loop);
  for (Dim d : kDims) {
    const LoopRef loop{stage, d};
    if (!several(d) || std::find(list.begin(), list.end(), loop) != list.end()) continue;
    auto at = list.end();
    while (!layer_.reduced(d) && at != list.begin() && layer_.reduced(std::prev(at)->dim)) --at;
    list.insert(at, loop);
  }
  return list;
}

void Forming::loops() {
  std::vector<LoopRef> t = stage_loops(Stage::T, dsc_.loop_order);
  if (!may(Feature::TileOrders) || layer_.sums_divided(dsc_))
    std::stable_partition(t.begin(), t.end(),
                          [&](const LoopRef& loop) { return !layer_.reduced(loop.dim); });
  if (layer_.array()) {
    std::vector<LoopRef> b = stage_loops(Stage::B, dsc_.loop_order);
    if (!may(Feature::BlockOrders)) b = plain_block_order(b);
    t.insert(t.end(), b.begin(), b.end());
  }
  dsc_.loop_order = std::move(t);
}

bool Forming::sums_leave() const {
  bool reduction = false;
  for (const LoopRef& loop : dsc_.loop_order) {
    if (loop.stage == Stage::B) break;
    if (reduction && !layer_.reduced(loop.dim)) return true;
    reduction |= layer_.reduced(loop.dim);
  }
  return false;
}

bool Forming::bypassed() const {
  return layer_.array() && may(Feature::Bypass) &&
         std::any_of(dsc_.data_structures.begin(), dsc_.data_structures.end(),
                     [](const DataStructure& data) { return choice_of(data).past_lx; });
}

void Forming::types(OperandChoice& c, Role role, bool tile_moves, bool block_moves) const {
  using enum TransferType;
  const bool out = role == Role::Out;
  if (c.outer == Stream && (!may(Feature::Spread) || (out && sums_leave()))) c.outer = DoubleBuffer;
  const bool waits = layer_.work.kind == WorkKind::Move || (out && layer_.sums_divided(dsc_));
  if (!tile_moves || waits || bypassed()) c.outer = BlockLoad;
  // Of one that no loop moves: what never takes longer.
  const bool lrf = !out && c.inner == Place::Lrf;
  if (!block_moves || c.inner == Place::Pe) c.into = lrf ? BlockLoad : Stream;
  if (out && c.into == BlockLoad) c.into = Stream;
  if (lrf && c.into == Stream) c.into = BlockLoad;
}

void Forming::hops(size_t o) {
  const Operand& operand = layer_.work.operands[o];
  DataStructure& data = dsc_.data_structures[o];
  OperandChoice c = choice_of(data);
  const bool inner_hop = layer_.array() && operand.role != Role::Bias;
  c.past_lx &= inner_hop && may(Feature::Bypass);
  if (operand.role == Role::Ker && c.inner == Place::Lrf && !may(Feature::BothInLrfs) &&
      choice_of(dsc_.data_structures[0]).inner == Place::Lrf)
    c.inner = layer_.edge();
  std::optional<LoopRef> tile_loop, block_loop;
  for (const LoopRef& loop : dsc_.loop_order)
    if (contains(operand.dims(), loop.dim))
      (loop.stage == Stage::T ? tile_loop : block_loop) = loop;
  if (c.past_lx && !block_loop) block_loop = tile_loop;
  types(c, operand.role, tile_loop.has_value(), block_loop.has_value());
  const bool slides = c.slide && !c.past_lx && may(Feature::Slide) &&
                      layer_.work.kind != WorkKind::Move && c.outer != TransferType::Stream;
  const std::optional<Slide> slide = slides ? slide_of(operand, dsc_) : std::nullopt;
  c.slide = slide && slide->overlaps();
  data.role = operand.role;
  data.layout = "row-major";
  data.home = Place::External;
  set_choice(data, c, inner_hop);
  if (inner_hop) data.transfers.back().loop = block_loop;
  if (!c.past_lx) data.transfers.front().loop = tile_loop;
}

}  // namespace

RapidDsc formed(const Layer& layer, RapidDsc rough, FeatureSet allowed) {
  Forming(layer, rough, allowed).run();
  return rough;
}

}  // namespace tilewright::sampler
