#include "tests/support/random_layers.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/rejection.h"
#include "compiler/support/check.h"
#include "compiler/support/math.h"

namespace tilewright::test {

namespace {

template <class T>
T any(Rng& rng, const std::vector<T>& of) {
  return of[static_cast<size_t>(rng.below(static_cast<int64_t>(of.size())))];
}

template <class T>
void shuffle(Rng& rng, std::vector<T>& items) {
  for (size_t k = items.size(); k > 1; --k)
    std::swap(items[k - 1], items[static_cast<size_t>(rng.below(static_cast<int64_t>(k)))]);
}

ScalarExpr random_epilogue(Rng& rng) {
  switch (rng.below(4)) {
    case 0:
      return {{{ScalarOp::Relu, ScalarRef::input(0), {}, {}}}};
    case 1:
      return {{{ScalarOp::Min, ScalarRef::input(0), ScalarRef::constant(6), {}}}};
    default:
      return {};
  }
}

Window random_window(Rng& rng, bool powers_of_two) {
  Window w;
  for (size_t a = 0; a < 2; ++a) {
    w.kernel[a] = powers_of_two ? int64_t{1} << rng.below(3) : rng.between(1, 4);
    w.stride[a] = rng.between(1, 3);
    w.dilation[a] = rng.between(1, 2);
    w.pad_begin[a] = rng.between(0, 2);
    w.pad_end[a] = rng.between(0, 2);
  }
  return w;
}

// An image that the window fits into.
Shape random_image(Rng& rng, int64_t channels, const Window& w) {
  Shape shape = {rng.between(1, 3), channels, 0, 0};
  for (size_t a = 0; a < 2; ++a)
    shape[2 + a] = w.dilation[a] * (w.kernel[a] - 1) + 1 + rng.below(10);
  return shape;
}

void add_conv(Network& net, Rng& rng) {
  const int64_t groups = rng.coin() ? 1 : rng.between(2, 4);
  const int64_t in = rng.between(1, groups == 1 ? 9 : 3), out = rng.between(1, groups == 1 ? 9 : 3);
  const Window w = random_window(rng, false);
  std::vector<ValueId> operands = {net.input("x", random_image(rng, groups * in, w)),
                                   net.constant("w", {groups * out, in, w.kernel[0], w.kernel[1]})};
  if (rng.coin()) operands.push_back(net.constant("b", {groups * out}));
  net.output(net.node("conv", Conv{groups, w}, operands, random_epilogue(rng)));
}

void add_matmul(Network& net, Rng& rng) {
  const int64_t g = rng.between(1, 4), r = rng.between(1, 12), k = rng.between(1, 20),
                c = rng.between(1, 12), h = rng.coin() ? g : 1;
  const MatMul m{rng.coin(), rng.coin()};
  std::vector<ValueId> operands = {
      net.input("x", m.transpose_a ? Shape{g, k, r} : Shape{g, r, k}),
      net.constant("w", m.transpose_b ? Shape{h, c, k} : Shape{h, k, c})};
  if (rng.coin()) operands.push_back(net.constant("b", {c}));
  net.output(net.node("matmul", m, operands, random_epilogue(rng)));
}

void add_pool(Network& net, Rng& rng) {
  const bool max = rng.coin();
  Window w = random_window(rng, !max);
  for (size_t a = 0; max && a < 2; ++a) {  // some of each window must be inside
    const int64_t most = w.dilation[a] * (w.kernel[a] - 1);
    w.pad_begin[a] = std::min(w.pad_begin[a], w.dilation[a] == 1 ? most : 0);
    w.pad_end[a] = std::min(w.pad_end[a], w.dilation[a] == 1 ? most : 0);
  }
  const ValueId x = net.input("x", random_image(rng, rng.between(1, 8), w));
  net.output(net.node("pool", Pool{max ? PoolKind::Max : PoolKind::Average, w}, {x}));
}

void add_pointwise(Network& net, Rng& rng) {
  Shape shape;
  for (int64_t a = 0, rank = rng.between(0, 4); a < rank; ++a) shape.push_back(rng.between(1, 6));
  const auto operand = [&](const std::string& name) {
    Shape some = shape;
    for (int64_t& extent : some)
      if (rng.below(3) == 0) extent = 1;
    return name == "x" ? net.input(name, some) : net.constant(name, some);
  };
  const ValueId x = operand("x"), y = operand("y"), z = operand("z");
  const std::vector<ScalarOp> ops = {ScalarOp::Add, ScalarOp::Sub, ScalarOp::Mul, ScalarOp::Max,
                                     ScalarOp::Less};
  const ScalarExpr expr{
      {{any(rng, ops), ScalarRef::input(0), ScalarRef::input(1), {}},
       {ScalarOp::Select, ScalarRef::input(2), ScalarRef::step(0), ScalarRef::constant(2)}}};
  net.output(net.node("pointwise", Pointwise{expr}, {x, y, z}));
}

void add_reduce(Network& net, Rng& rng) {
  Shape shape;
  std::vector<int64_t> axes;
  for (int64_t a = 0, rank = rng.between(1, 4); a < rank; ++a) {
    shape.push_back(rng.between(1, 8));
    if (rng.coin()) axes.push_back(a);
  }
  const ValueId x = net.input("x", shape);
  const ReduceKind kind = rng.coin() ? ReduceKind::Sum : ReduceKind::Max;
  net.output(net.node("reduce", Reduce{kind, axes}, {x}));
}

// One or two parts behind each other along the output's first axis, each any affine read.
void add_move(Network& net, Rng& rng) {
  std::vector<int64_t> extent(static_cast<size_t>(rng.between(1, 4)));
  std::vector<int32_t> loops;
  for (int64_t& e : extent) {
    e = rng.between(1, 7);
    loops.push_back(static_cast<int32_t>(loops.size()));
  }
  Shape x_shape;
  std::vector<AxisMap> from;
  shuffle(rng, loops);
  for (int32_t loop : loops) {
    if (rng.below(5) == 0) continue;  // expanded
    AxisMap axis{rng.between(-2, 2), rng.between(1, 2), loop};
    if (rng.below(8) == 0) axis.coefficient = 0;  // one row of it
    from.push_back(axis);
    x_shape.push_back(rng.between(1, 12));
  }
  shuffle(rng, loops);
  std::vector<AxisMap> to;
  for (int32_t loop : loops) to.push_back({0, 1, loop});
  Move move{{{0, extent, from, to}}, static_cast<float>(rng.between(-3, 3))};
  if (rng.coin()) {
    MovePart second = move.parts[0];
    const size_t first = static_cast<size_t>(to[0].loop);
    second.to[0].offset = extent[first];
    second.extent[first] = rng.between(1, 4);
    move.parts.push_back(second);
  }
  const ValueId x = net.input("x", x_shape);
  net.output(net.node("move", move, {x}));
}

// Of the dims that the system lists those that may be summed there, in any order.
std::vector<Dim> allowed(Rng& rng, const std::vector<std::string>& names, DimSet summed) {
  std::vector<Dim> dims;
  for (const std::string& name : names)
    if (contains(summed, *dim_named(name))) dims.push_back(*dim_named(name));
  shuffle(rng, dims);
  return dims;
}

// Any number of dims side by side.
std::vector<Unroll> random_axis(Rng& rng, const std::vector<Dim>& dims, int64_t most) {
  std::vector<Unroll> axis;
  for (Dim d : dims) {
    if (rng.below(3) == 0) return axis;
    axis.push_back({d, rng.between(1, most)});
    most /= axis.back().factor;
  }
  return axis;
}

// Often the whole, often small, never out of bounds.
int64_t random_extent(Rng& rng, int64_t most) {
  if (rng.below(3) == 0) return most;
  return rng.coin() ? rng.between(1, most) : std::min(most, rng.between(1, 3));
}

std::vector<TransferType> inner_types(Role role, const std::map<Role, Place>& near) {
  using enum TransferType;
  const auto place = near.find(role);
  if (role == Role::Out) return {DoubleBuffer, Stream};
  if (place == near.end() || place->second == Place::L0) return {DoubleBuffer, BlockLoad, Stream};
  if (place->second == Place::Lrf) return {DoubleBuffer, BlockLoad};
  return {Stream};
}

bool padded(const Work& work, const Operand& operand) {
  return !std::all_of(operand.axes.begin(), operand.axes.end(),
                      [&](const AccessAxis& axis) { return without_padding(axis, work.extent); });
}

// Sometimes one operand goes past Lx; the tiles of the others are block-loaded then.
void maybe_past_lx(Rng& rng, const Work& work, const System& system, Choice& c) {
  if (!system.chip.memory_stops.empty() || rng.below(5) != 0) return;
  const Operand& operand = work.operands[static_cast<size_t>(rng.below(3))];
  const auto place = c.near.find(operand.role);
  for (Dim d : kDims)
    if (operand.role == Role::Out && contains(work.reduction, d) && c.parts[d] > 1) return;
  if (padded(work, operand) || (place != c.near.end() && place->second == Place::Pe)) return;
  c.past_lx = operand.role;
  for (auto& [role, type] : c.outer_of) type = TransferType::BlockLoad;
}

// Often the loop over one dim of a window innermost, in small steps, and the other dim whole: such
// tiles can slide.
void favour_window(Rng& rng, const Work& work, Choice& c) {
  std::vector<std::pair<Dim, Dim>> windows;
  for (const AccessAxis& axis : work.operands[0].axes)
    if (axis.terms.size() > 1) windows.emplace_back(axis.terms[0].dim, axis.terms[1].dim);
  if (windows.empty() || rng.coin()) return;
  auto [steps, other] = any(rng, windows);
  if (rng.coin()) std::swap(steps, other);
  c.t[steps] = std::min(c.t[steps], rng.between(1, 4));
  c.b[steps] = std::min(c.b[steps], c.t[steps]);
  if (rng.coin()) c.t[other] = ceil_div(work.extent[other], c.parts[other]);
  std::erase(c.t_order, steps);
  c.t_order.push_back(steps);
}

Choice random_choice(Rng& rng, const Work& work, const System& system) {
  Choice c;
  const bool array = work.kind == WorkKind::Array;
  int64_t cores = rng.coin() ? 1 : system.chip.cores;
  c.ring_order = {kDims.begin(), kDims.end()};
  shuffle(rng, c.ring_order);
  const bool sums_meet = rng.coin();
  for (Dim d : c.ring_order) {
    if ((contains(work.reduction, d) && !sums_meet) || rng.coin()) continue;
    c.parts[d] = rng.between(1, std::min(cores, work.extent[d]));
    cores /= c.parts[d];
  }
  c.share = rng.coin() ? ShareRule::Balanced : ShareRule::Greedy;
  bool divided = false;
  for (Dim d : kDims) {
    if (!contains(work.reduction, d) || c.parts[d] == 1) continue;
    divided = true;
    const bool filled =
        ceil_div(work.extent[d], ceil_div(work.extent[d], c.parts[d])) == c.parts[d];
    if (!filled) c.share = ShareRule::Balanced;
  }
  for (Dim d : kDims) {
    c.t[d] = random_extent(rng, ceil_div(work.extent[d], c.parts[d]));
    c.b[d] = random_extent(rng, c.t[d]);
  }
  c.t_order = c.b_order = c.ring_order;
  shuffle(rng, c.t_order);
  shuffle(rng, c.b_order);
  favour_window(rng, work, c);
  const bool sums_stay = divided || rng.coin();
  if (sums_stay)
    std::stable_partition(c.t_order.begin(), c.t_order.end(),
                          [&](Dim d) { return !contains(work.reduction, d); });
  if (array) {
    const ArrayTier& a = system.array;
    const bool in_pes = a.sums_in_lrf && (a.accumulators == 0 || rng.coin());
    if (in_pes) c.near[Role::Out] = Place::Lrf;
    const auto axis = [&](const std::vector<std::string>& names, int64_t most, bool rows) {
      const DimSet summed = rows ? work.reduction : static_cast<DimSet>(~work.reduction);
      return random_axis(rng, allowed(rng, names, in_pes ? DimSet{0xff} : summed), most);
    };
    c.p.rows = axis(a.row_dims, a.rows, true);
    c.p.columns = axis(a.column_dims, a.columns, false);
    c.p.lanes = axis(a.lane_dims, a.lanes, false);
    c.p.corelets = axis(a.corelet_dims, system.core.corelets, false);
    for (Role role : {Role::Inp, Role::Ker})
      c.near[role] = rng.below(3) == 0 ? Place::Lrf : a.l0_bytes > 0 ? Place::L0 : Place::Pe;
  }
  for (const Operand& o : work.operands) {
    const bool move = work.kind == WorkKind::Move;
    std::vector<TransferType> outer = {TransferType::BlockLoad};
    const bool waits = move || (divided && o.role == Role::Out);
    if (!waits) outer.push_back(TransferType::DoubleBuffer);
    if (!waits && (sums_stay || o.role != Role::Out)) outer.push_back(TransferType::Stream);
    c.outer_of[o.role] = any(rng, outer);
    c.inner_of[o.role] = any(rng, inner_types(o.role, c.near));
  }
  if (array) maybe_past_lx(rng, work, system, c);
  c.slide = rng.below(4) != 0;
  return c;
}

}  // namespace

void add_random_layer(Network& net, Rng& rng) {
  using Add = void (*)(Network&, Rng&);
  const std::vector<Add> kinds = {add_conv,      add_conv,   add_matmul, add_pool,
                                  add_pointwise, add_reduce, add_move};
  any(rng, kinds)(net, rng);
}

void vary_array(Rng& rng, System& system) {
  ArrayTier& a = system.array;
  if (rng.coin()) a.l0_bytes = 0;
  a.lrf_load_cycles = rng.coin() ? 0 : rng.between(1, 9);
  if (rng.coin()) return;
  a.sums_in_lrf = true;
  if (rng.coin()) a.accumulators = 0;
  for (auto* dims : {&a.row_dims, &a.column_dims, &a.lane_dims, &a.corelet_dims})
    for (Dim d : kDims) {
      const std::string name{name_of(d)};
      if (rng.coin() && std::find(dims->begin(), dims->end(), name) == dims->end())
        dims->push_back(name);
    }
}

// Legal mappings of all layers; some draws are too large for L0 or the LRF.
Plan random_plan(Rng& rng, const Graph& graph, const System& system, const std::string& precision) {
  Plan plan{graph.name, system.name, precision, {}};
  const std::vector<Work> works = describe(graph).value();
  for (const Work& work : works)
    for (bool legal = false; !legal;) {
      const RapidDsc dsc = complete(work, random_choice(rng, work, system));
      const auto broken = first_rejection(work, system, system.precisions.at(precision), dsc);
      legal = !broken;
      const bool capacity = legal || (broken->code >= RejectionCode::LxCapacity &&
                                      broken->code <= RejectionCode::AccCapacity);
      TW_CHECK(capacity, "the generator drew a malformed mapping: {}", to_string(*broken));
      if (legal) plan.layers.push_back({work.name, dsc, 0, {}});
    }
  return plan;
}

}  // namespace tilewright::test
