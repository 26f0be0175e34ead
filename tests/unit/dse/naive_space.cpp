#include "tests/unit/dse/naive_space.h"

#include <algorithm>

#include "compiler/mapping/compose.h"
#include "compiler/mapping/rejection.h"
#include "compiler/mapping/share.h"
#include "tests/support/random_layers.h"

namespace tilewright::test {

namespace {

using enum TransferType;

bool moved(const RapidDsc& dsc, const Operand& operand, Stage stage) {
  return std::any_of(dsc.loop_order.begin(), dsc.loop_order.end(), [&](LoopRef loop) {
    return loop.stage == stage && contains(operand.dims(), loop.dim);
  });
}

bool has_window(const Operand& operand) {
  return std::any_of(operand.axes.begin(), operand.axes.end(),
                     [](const AccessAxis& axis) { return axis.terms.size() == 2; });
}

bool bypassed(const RapidDsc& dsc) {
  return std::any_of(dsc.data_structures.begin(), dsc.data_structures.end(),
                     [](const DataStructure& data) {
                       return data.transfers.size() == 1 && at_array(data.transfers[0], data.role);
                     });
}

// The types that the hop may have, whatever it has now.
std::vector<TransferType> types_of(const Work& work, const RapidDsc& dsc, size_t x, size_t hop) {
  const Operand& operand = work.operands[x];
  const DataTransfer& transfer = dsc.data_structures[x].transfers[hop];
  const Place inner = inner_place(transfer, operand.role);
  if (inner == Place::Lx) {
    const bool alone = work.kind == WorkKind::Move || bypassed(dsc);
    if (alone || !moved(dsc, operand, Stage::T)) return {BlockLoad};
    return {Stream, BlockLoad, DoubleBuffer};
  }
  const bool moves = moved(dsc, operand, Stage::B);
  if (operand.role == Role::Out)
    return moves ? std::vector{Stream, DoubleBuffer} : std::vector{Stream};
  if (inner == Place::Lrf)
    return moves ? std::vector{BlockLoad, DoubleBuffer} : std::vector{BlockLoad};
  if (inner == Place::Pe || !moves) return {Stream};
  return {Stream, BlockLoad, DoubleBuffer};
}

std::vector<bool> slides_of(const Work& work, const RapidDsc& dsc, size_t x, size_t hop) {
  const Operand& operand = work.operands[x];
  const DataTransfer& t = dsc.data_structures[x].transfers[hop];
  if (t.src == Place::External && t.dst == Place::Lx && t.type != Stream &&
      work.kind != WorkKind::Move && has_window(operand) && moved(dsc, operand, Stage::T))
    return {false, true};
  return {false};
}

bool good_share(const Work& work, const CoreDivision& core) {
  if (core.share == ShareRule::Balanced) return true;
  return std::any_of(kDims.begin(), kDims.end(), [&](Dim d) {
    return slices(work.extent[d], core.parts[d], ShareRule::Greedy) !=
           slices(work.extent[d], core.parts[d], ShareRule::Balanced);
  });
}

bool has_place(const System& system, Place place) {
  const ArrayTier& a = system.array;
  if (place == Place::L0) return a.l0_bytes > 0;
  if (place == Place::Lrf) return a.lrf_bytes > 0;
  return place != Place::Acc || a.accumulators > 0;
}

bool good_axis(const Work& work, const std::vector<Unroll>& axis) {
  for (size_t k = 0; k < axis.size(); ++k) {
    const auto& [dim, factor] = axis[k];
    if (factor < 2 || factor > work.extent[dim] || (k > 0 && dim <= axis[k - 1].dim)) return false;
  }
  return true;
}

// What only the chosen loops and hops, or sizes, make illegal.
bool of_the_space(const Work& work, const RapidDsc& dsc, const Rejection& broken) {
  using enum RejectionCode;
  switch (broken.code) {
    case PartialSumsStream:
    case PartialSumsDivided:
    case LxCapacity:
    case L0Capacity:
    case LrfCapacity:
    case AccCapacity:
    case BypassPadding:
    case BypassStops:
    case Slide:
      return true;
    case TransferType: {  // of an OUT that waits for the sums of other cores
      bool divided = false;
      for (Dim d : kDims)
        divided = divided || (contains(work.reduction, d) && dsc.core_d.parts[d] > 1);
      return divided && broken.role == Role::Out && broken.loop && broken.loop->stage == Stage::T;
    }
    default:
      return false;
  }
}

}  // namespace

bool declared(const Work& work, const System& system, const RapidDsc& dsc) {
  const PrecisionInfo& precision = system.precisions.at(system.default_precision);
  for (const Rejection& broken : rejections(work, system, precision, dsc))
    if (!of_the_space(work, dsc, broken)) return false;
  if (!good_share(work, dsc.core_d)) return false;
  for (const auto* axis : {&dsc.p.rows, &dsc.p.columns, &dsc.p.lanes, &dsc.p.corelets})
    if (!good_axis(work, *axis)) return false;
  for (size_t x = 0; x < work.operands.size(); ++x)
    for (size_t hop = 0; hop < dsc.data_structures[x].transfers.size(); ++hop) {
      const DataTransfer& t = dsc.data_structures[x].transfers[hop];
      if (!has_place(system, inner_place(t, work.operands[x].role))) return false;
      const auto types = types_of(work, dsc, x, hop);
      const auto slides = slides_of(work, dsc, x, hop);
      if (std::find(types.begin(), types.end(), t.type) == types.end()) return false;
      if (std::find(slides.begin(), slides.end(), t.slide) == slides.end()) return false;
    }
  return true;
}

namespace {

class Naive {
 public:
  Naive(const Work& work, const System& system, const std::function<bool(const RapidDsc&)>& visit)
      : work_(work), system_(system), visit_(visit) {}

  void run() {
    choice_.types.assign(work_.operands.size(), {BlockLoad, Stream});
    choice_.inner.assign(work_.operands.size(), Place::L0);
    parts(0, system_.chip.cores);
  }

 private:
  bool array() const { return work_.kind == WorkKind::Array; }

  void parts(size_t k, int64_t cores) {
    if (k == kDimCount) return tiles(0);
    for (int64_t p = 1; p <= std::min(cores, work_.extent[kDims[k]]); ++p) {
      choice_.parts[kDims[k]] = p;
      parts(k + 1, cores / p);
    }
    choice_.parts[kDims[k]] = 1;
  }

  void tiles(size_t k) {
    if (k == kDimCount) return axes(0);
    const Dim d = kDims[k];
    const int64_t share = largest_share(work_.extent[d], choice_.parts[d]);
    for (int64_t t = 1; t <= share; ++t)
      for (int64_t b = array() ? 1 : t; b <= t; ++b) {
        choice_.t[d] = t;
        choice_.b[d] = b;
        tiles(k + 1);
      }
  }

  void axes(size_t k) {
    if (k == 4 || !array()) return places();
    const int64_t lengths[] = {system_.array.rows, system_.array.columns, system_.array.lanes,
                               system_.core.corelets};
    std::vector<Unroll>* all[] = {&choice_.p.rows, &choice_.p.columns, &choice_.p.lanes,
                                  &choice_.p.corelets};
    axis(k, *all[k], 0, lengths[k]);
  }

  bool lies_along(size_t k, Dim d) const {
    const ArrayTier& a = system_.array;
    const auto* names = std::array{&a.row_dims, &a.column_dims, &a.lane_dims, &a.corelet_dims}[k];
    return std::find(names->begin(), names->end(), name_of(d)) != names->end();
  }

  void axis(size_t k, std::vector<Unroll>& to, size_t dim, int64_t left) {
    if (dim == kDimCount) return axes(k + 1);
    axis(k, to, dim + 1, left);
    if (!lies_along(k, kDims[dim])) return;
    for (int64_t f = 2; f <= std::min(left, work_.extent[kDims[dim]]); ++f) {
      to.push_back({kDims[dim], f});
      axis(k, to, dim + 1, left / f);
      to.pop_back();
    }
  }

  void places() {
    if (!array()) return orders();
    for (Place inp : {Place::L0, Place::Lrf, Place::Pe})
      for (Place ker : {Place::L0, Place::Lrf, Place::Pe})
        for (Place out : {Place::Acc, Place::Lrf})
          for (size_t past = 0; past < 4; ++past) {
            if (!has_place(system_, inp) || !has_place(system_, ker) || !has_place(system_, out))
              continue;
            choice_.inner[0] = inp;
            choice_.inner[1] = ker;
            choice_.inner[2] = out;
            choice_.past_lx = past < 3 ? std::optional(past) : std::nullopt;
            orders();
          }
    choice_.past_lx.reset();
  }

  // All permutations of the loops, by those of all dims with several indices.
  void orders() {
    std::vector<Dim> divided, t_loops, b_loops;
    for (Dim d : kDims) {
      if (choice_.parts[d] > 1) divided.push_back(d);
      if (choice_.t[d] < largest_share(work_.extent[d], choice_.parts[d])) t_loops.push_back(d);
      if (choice_.b[d] < choice_.t[d]) b_loops.push_back(d);
    }
    do do
        do
          for (ShareRule share : {ShareRule::Balanced, ShareRule::Greedy}) {
            choice_.share = share;
            choice_.t_order = t_loops;
            choice_.b_order = b_loops;
            RapidDsc dsc = compose(work_, choice_);
            dsc.core_d.ring_order = divided;
            hops(dsc, 0, 0);
          }
        while (std::next_permutation(b_loops.begin(), b_loops.end()));
      while (std::next_permutation(t_loops.begin(), t_loops.end()));
    while (std::next_permutation(divided.begin(), divided.end()));
  }

  void hops(RapidDsc& dsc, size_t x, size_t hop) {
    if (stopped_) return;
    if (x == work_.operands.size()) {
      if (declared(work_, system_, dsc)) stopped_ = !visit_(dsc);
      return;
    }
    std::vector<DataTransfer>& transfers = dsc.data_structures[x].transfers;
    if (hop == transfers.size()) return hops(dsc, x + 1, 0);
    for (TransferType type : types_of(work_, dsc, x, hop)) {
      transfers[hop].type = type;
      for (bool slide : slides_of(work_, dsc, x, hop)) {
        transfers[hop].slide = slide;
        hops(dsc, x, hop + 1);
      }
      transfers[hop].slide = false;
    }
  }

  const Work& work_;
  const System& system_;
  const std::function<bool(const RapidDsc&)>& visit_;
  MappingChoice choice_;
  bool stopped_ = false;
};

// Mostly 1.
int64_t few(Rng& rng, int64_t most) { return rng.below(5) < 3 ? 1 : rng.between(1, most); }

Primitive tiny_primitive(Rng& rng, std::vector<Shape>& shapes) {
  const int64_t a = few(rng, 3), b = few(rng, 3), c = few(rng, 3), d = few(rng, 3);
  const int64_t kernel = few(rng, 3), stride = few(rng, 2);
  const Window window{{kernel, 1}, {stride, 1}, {1, 1}, {kernel / 2, 0}, {0, 0}};
  const Shape image = {a, b * c, kernel + few(rng, 4), d};
  switch (rng.below(6)) {
    case 0:
      shapes = {image, {b * d, c, kernel, 1}};
      if (rng.coin()) shapes.push_back({b * d});
      return Conv{b, window};
    case 1:
      shapes = {{a, b, c}, {1, c, d}};
      return MatMul{};
    case 2:
      shapes = {image};
      return Pool{PoolKind::Max, window};
    case 3:
      shapes = {{a, b, 3}, {a, 1, 3}};
      return Pointwise{{{{ScalarOp::Add, ScalarRef::input(0), ScalarRef::input(1), {}}}}};
    case 4:
      shapes = {{a + 1, b, c + 1, d}};
      return Reduce{ReduceKind::Max, {0, 2}};
    default:
      shapes = {{5, 7}};
      return Move{{{0, {a + 1, b + 1}, {{0, 1, 1}, {1, 2, 0}}, {{0, 1, 0}, {0, 1, 1}}}}, 0};
  }
}

}  // namespace

void for_each_declared(const Work& work, const System& system,
                       const std::function<bool(const RapidDsc&)>& visit) {
  Naive(work, system, visit).run();
}

Graph tiny_layer(Rng& rng) {
  std::vector<Shape> shapes;
  const Primitive primitive = tiny_primitive(rng, shapes);
  Network net(rng.next());
  std::vector<ValueId> operands;
  for (const Shape& shape : shapes)
    operands.push_back(operands.empty()
                           ? net.input("x", shape)
                           : net.constant("c" + std::to_string(operands.size()), shape));
  net.output(net.node("layer", primitive, operands));
  return net.graph;
}

System tiny_system(Rng& rng) {
  System system = small_system(rng.between(1, 4));
  system.array.rows = few(rng, 6);
  system.array.columns = few(rng, 3);
  system.array.lanes = few(rng, 3);
  system.core.corelets = few(rng, 2);
  if (rng.below(4) == 0) system.array.lrf_bytes = 0;
  vary_array(rng, system);
  return system;
}

}  // namespace tilewright::test
