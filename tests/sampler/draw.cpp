#include "tests/sampler/draw.h"

#include <algorithm>
#include <cmath>

#include "compiler/mapping/footprint.h"
#include "compiler/support/math.h"
#include "tests/sampler/form.h"

namespace tilewright::sampler {

namespace {

template <class T>
const T& any(Rng& rng, const std::vector<T>& list) {
  return list[static_cast<size_t>(rng.below(static_cast<int64_t>(list.size())))];
}

template <class T>
void shuffle(Rng& rng, std::vector<T>& list) {
  for (size_t k = list.size(); k > 1; --k)
    std::swap(list[k - 1], list[static_cast<size_t>(rng.below(static_cast<int64_t>(k)))]);
}

// In [1, most], each power of two as likely.
int64_t log_uniform(Rng& rng, int64_t most) {
  const double x =
      std::exp2(static_cast<double>(rng.uniform()) * std::log2(static_cast<double>(most) + 1));
  return std::clamp<int64_t>(static_cast<int64_t>(x), 1, most);
}

int64_t divisor(Rng& rng, int64_t n, int64_t most) {
  std::vector<int64_t> found;
  for (int64_t k = 1; k <= most; ++k)
    if (n % k == 0) found.push_back(k);
  return any(rng, found);
}

class Drawing {
 public:
  Drawing(const Layer& layer, FeatureSet allowed, Rng& rng)
      : layer_(layer), allowed_(allowed), rng_(rng) {}

  RapidDsc run() {
    divide();
    if (layer_.array()) {
      places();
      for (const Axis& axis : layer_.axes) dsc_.p.*axis.list = unrolls(axis);
    }
    const bool mostly_whole = rng_.coin();
    for (Dim d : layer_.present) {
      const int64_t share = layer_.share(dsc_, d);
      dsc_.t[d] = mostly_whole && rng_.below(10) < 6 ? share : tile(share, unrolling(dsc_.p, d));
      dsc_.b[d] = layer_.array() ? block(d) : dsc_.t[d];
    }
    orders();
    operands();
    return std::move(dsc_);
  }

 private:
  bool may(Feature f) const { return contains(allowed_, f); }
  void divide();
  void places();
  std::vector<Unroll> unrolls(const Axis& axis);
  std::vector<Unroll> loose_unrolls(const Axis& axis, const std::vector<Dim>& dims);
  int64_t tile(int64_t share, int64_t unroll);
  int64_t block(Dim d);
  void orders();
  void operands();
  void past_lx();

  const Layer& layer_;
  FeatureSet allowed_;
  Rng& rng_;
  RapidDsc dsc_;
  OperandChoice choice_[3];  // of INP, KER, OUT: places alone
};

void Drawing::divide() {
  int64_t cores = rng_.below(20) == 0 ? 1 : layer_.system.chip.cores;
  std::vector<Dim> dims = layer_.present;
  shuffle(rng_, dims);
  const bool sums = may(Feature::DividedReductions) && rng_.below(3) == 0;
  for (Dim d : dims) {
    if (layer_.reduced(d) && !sums) continue;
    const int64_t most = std::min(cores, layer_.work.extent[d]);
    int64_t parts = 1;
    switch (rng_.below(6)) {
      case 0:
        break;
      case 1:
        parts = rng_.between(1, most);
        break;
      case 2:
        parts = divisor(rng_, cores, most);
        break;
      case 3:
        parts = divisor(rng_, layer_.work.extent[d], most);
        break;
      default:
        parts = most;
    }
    dsc_.core_d.parts[d] = parts;
    cores /= parts;
  }
  if (may(Feature::Shares) && rng_.below(3) == 0) dsc_.core_d.share = ShareRule::Greedy;
  shuffle(rng_, dims);
  dsc_.core_d.ring_order = dims;
}

void Drawing::places() {
  const ArrayTier& a = layer_.system.array;
  const bool in_pes = a.sums_in_lrf && (a.accumulators == 0 || rng_.coin());
  choice_[2].inner = in_pes ? Place::Lrf : Place::Acc;
  for (OperandChoice* c : {&choice_[0], &choice_[1]}) c->inner = layer_.edge();
  if (a.lrf_bytes == 0) return;
  const int64_t which = rng_.below(may(Feature::BothInLrfs) ? 8 : 7);
  if (which < 4 || which == 7) choice_[1].inner = Place::Lrf;
  if (which == 4 || which == 7) choice_[0].inner = Place::Lrf;
}

std::vector<Unroll> Drawing::unrolls(const Axis& axis) {
  std::vector<Dim> dims;
  const bool at_columns = choice_[2].inner == Place::Acc, rows = axis.list == &ArrayWork::rows;
  for (Dim d : axis.dims)
    if (!at_columns || layer_.reduced(d) == rows) dims.push_back(d);
  if (dims.empty() || axis.places < 2 || rng_.below(16) == 0) return {};
  shuffle(rng_, dims);
  if (may(Feature::Unrollings) && rng_.coin()) return loose_unrolls(axis, dims);
  for (size_t k = 0; k + 1 < dims.size() && rng_.coin(); ++k) {
    const int64_t left = axis.places / layer_.work.extent[dims[k]];
    if (left >= 2) return {{dims[k], layer_.work.extent[dims[k]]}, {dims[k + 1], left}};
  }
  return {{dims[0], axis.places}};
}

// Up to three dims side by side, often as many indices as a core has.
std::vector<Unroll> Drawing::loose_unrolls(const Axis& axis, const std::vector<Dim>& dims) {
  std::vector<Unroll> list;
  int64_t left = axis.places;
  for (Dim d : dims) {
    if (list.size() == 3 || left < 2) break;
    const int64_t share = std::min(left, layer_.share(dsc_, d));
    int64_t factor = share;
    if (rng_.below(3) == 0) factor = divisor(rng_, axis.places, left);
    if (rng_.below(3) == 0) factor = rng_.between(1, share);
    if (factor < 2) continue;
    list.push_back({d, factor});
    left /= factor;
  }
  return list;
}

int64_t Drawing::tile(int64_t share, int64_t unroll) {
  switch (rng_.below(8)) {
    case 0:
      return share;
    case 1:
      return log_uniform(rng_, share);
    case 2:
      return ceil_div(share, log_uniform(rng_, share));
    case 3:
      return rng_.between(1, share);
    case 4:
      return share / divisor(rng_, share, std::min<int64_t>(share, 64));
    case 5: {  // a small tail
      const int64_t trips = log_uniform(rng_, std::min<int64_t>(share, 16));
      return ceil_div(share - rng_.between(0, std::min(unroll, share / 2)), trips);
    }
    case 6:
      return std::min(share, unroll * log_uniform(rng_, ceil_div(share, unroll)));
    default:
      return 1;
  }
}

int64_t Drawing::block(Dim d) {
  const int64_t t = dsc_.t[d], u = unrolling(dsc_.p, d), steps = ceil_div(t, u);
  if (d == Dim::ki || d == Dim::kj)
    return may(Feature::WindowBlocks) && rng_.coin() ? rng_.between(1, t) : rng_.coin() ? t : 1;
  switch (rng_.below(8)) {
    case 0:
    case 1:
    case 2:
      return t;
    case 3:
      return std::min(t, u);
    case 4:
      return log_uniform(rng_, t);
    case 5:
      return std::min(t, u * divisor(rng_, steps, std::min<int64_t>(steps, 64)));
    default:
      return std::min(t, u * log_uniform(rng_, steps));
  }
}

void Drawing::orders() {
  for (Stage stage : {Stage::T, Stage::B}) {
    std::vector<Dim> dims = layer_.present;
    shuffle(rng_, dims);
    if (rng_.below(3) != 0)
      std::stable_partition(dims.begin(), dims.end(), [&](Dim d) { return !layer_.reduced(d); });
    for (Dim d : dims) dsc_.loop_order.push_back({stage, d});
  }
}

void Drawing::operands() {
  using enum TransferType;
  const bool plain = rng_.coin(), slide = rng_.below(8) != 0;
  for (size_t o = 0; o < layer_.work.operands.size(); ++o) {
    const Role role = layer_.work.operands[o].role;
    const bool inner = layer_.array() && role != Role::Bias;
    OperandChoice c = inner ? choice_[o] : OperandChoice{};
    c.outer = plain || rng_.below(3) != 0 ? DoubleBuffer : rng_.coin() ? Stream : BlockLoad;
    c.into = any(rng_, std::vector<TransferType>{Stream, DoubleBuffer, BlockLoad});
    c.slide = slide;
    dsc_.data_structures.emplace_back();
    dsc_.data_structures.back().role = role;
    set_choice(dsc_.data_structures.back(), c, inner);
  }
  if (layer_.array() && may(Feature::Bypass) && rng_.below(5) == 0) past_lx();
}

void Drawing::past_lx() {
  if (!layer_.system.chip.memory_stops.empty()) return;
  const auto o = static_cast<size_t>(rng_.below(3));
  const Operand& operand = layer_.work.operands[o];
  OperandChoice c = choice_of(dsc_.data_structures[o]);
  const bool padded = !std::all_of(
      operand.axes.begin(), operand.axes.end(),
      [&](const AccessAxis& axis) { return without_padding(axis, layer_.work.extent); });
  if (padded || c.inner == Place::Pe) return;
  if (operand.role == Role::Out && layer_.sums_divided(dsc_)) return;
  c.past_lx = true;
  set_choice(dsc_.data_structures[o], c, true);
}

}  // namespace

RapidDsc draw(const Layer& layer, FeatureSet allowed, Rng& rng) {
  return Drawing(layer, allowed, rng).run();
}

std::optional<RapidDsc> draw_legal(const Layer& layer, FeatureSet allowed, Rng& rng) {
  std::optional<RapidDsc> dsc =
      shrunk(layer, formed(layer, draw(layer, allowed, rng), allowed), allowed, rng);
  if (dsc && rng.below(3) == 0) return grown(layer, std::move(*dsc), allowed, rng);
  return dsc;
}

}  // namespace tilewright::sampler
