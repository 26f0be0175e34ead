// Into the memories, and up to their brim.
#include <algorithm>

#include "compiler/support/math.h"
#include "tests/sampler/draw.h"
#include "tests/sampler/form.h"

namespace tilewright::sampler {

namespace {

constexpr int kCuts = 80;
constexpr int kGrowths = 24;

// The extent with a few more trips; half of it where `far` from fitting.
int64_t less(int64_t whole, int64_t extent, bool far, Rng& rng) {
  if (far || rng.below(4) == 0) return std::max<int64_t>(1, extent / 2);
  return std::min(extent - 1, ceil_div(whole, ceil_div(whole, extent) + 1));
}

class Cut {
 public:
  Cut(const Layer& layer, RapidDsc& dsc, FeatureSet allowed, Rng& rng)
      : layer_(layer), dsc_(dsc), allowed_(allowed), rng_(rng) {}

  // One cut against a memory that is too small; false if there is none to make.
  bool operator()(const Rejection& r) {
    far_ = r.required > 2 * r.available;
    switch (r.code) {
      case RejectionCode::LxCapacity:
        return tile() || buffers(Place::Lx);
      case RejectionCode::L0Capacity:
        return block(Place::L0) || buffers(Place::L0);
      case RejectionCode::LrfCapacity:
        return block(Place::Lrf) || buffers(Place::Lrf) || out_of_lrf();
      case RejectionCode::AccCapacity:
        return block(Place::Acc) || buffers(Place::Acc);
      default:
        return false;
    }
  }

 private:
  bool pick(std::vector<Dim>& dims, Dim& d) {
    if (dims.empty()) return false;
    d = dims[static_cast<size_t>(rng_.below(static_cast<int64_t>(dims.size())))];
    return true;
  }

  bool tile() {
    if (rng_.below(8) == 0 && buffers(Place::Lx)) return true;
    std::vector<Dim> dims;
    for (Dim d : layer_.present)
      if (dsc_.t[d] > 1 &&
          (contains(allowed_, Feature::WindowTiles) || !contains(layer_.windows, d)))
        dims.push_back(d);
    Dim d{};
    if (!pick(dims, d)) return false;
    dsc_.t[d] = less(layer_.share(dsc_, d), dsc_.t[d], far_, rng_);
    return true;
  }

  // Dims of what sits there whose block is more than the array takes at once.
  bool block(Place place) {
    if (rng_.below(8) == 0 && buffers(place)) return true;
    std::vector<Dim> dims;
    for (Dim d : layer_.present) {
      const bool smaller = contains(allowed_, Feature::IntegerBlocks)
                               ? dsc_.b[d] > 1
                               : dsc_.b[d] > unrolling(dsc_.p, d);
      const bool kernel = (d == Dim::ki || d == Dim::kj) && dsc_.b[d] > 1;
      if ((smaller || kernel) && contains(sits(place), d)) dims.push_back(d);
    }
    Dim d{};
    if (!pick(dims, d)) return false;
    const int64_t u = unrolling(dsc_.p, d), steps = ceil_div(dsc_.b[d], u);
    dsc_.b[d] = steps > 1 ? u * less(ceil_div(dsc_.t[d], u), steps, far_, rng_) : dsc_.b[d] / 2;
    dsc_.b[d] = std::max<int64_t>(1, dsc_.b[d]);
    return true;
  }

  DimSet sits(Place place) const {
    DimSet set = 0;
    for (size_t o = 0; o < 3; ++o)
      if (choice_of(dsc_.data_structures[o]).inner == place) set |= layer_.work.operands[o].dims();
    return set;
  }

  // Two buffers there become one.
  bool buffers(Place place) {
    for (size_t o = 0; o < dsc_.data_structures.size(); ++o) {
      DataStructure& data = dsc_.data_structures[o];
      const bool inner_hop = layer_.array() && data.role != Role::Bias;
      OperandChoice c = choice_of(data);
      if (place == Place::Lx && !c.past_lx && c.outer != TransferType::BlockLoad)
        c.outer = TransferType::BlockLoad;
      else if (place != Place::Lx && inner_hop && c.inner == place &&
               c.into == TransferType::DoubleBuffer)
        c.into = TransferType::Stream;
      else
        continue;
      set_choice(data, c, inner_hop);
      return true;
    }
    return false;
  }

  bool out_of_lrf() {
    for (size_t o = 0; o < 2; ++o) {
      OperandChoice c = choice_of(dsc_.data_structures[o]);
      if (c.inner != Place::Lrf) continue;
      c.inner = layer_.edge();
      set_choice(dsc_.data_structures[o], c, true);
      return true;
    }
    return false;
  }

  const Layer& layer_;
  RapidDsc& dsc_;
  FeatureSet allowed_;
  Rng& rng_;
  bool far_ = false;
};

}  // namespace

std::optional<RapidDsc> shrunk(const Layer& layer, RapidDsc dsc, FeatureSet allowed, Rng& rng) {
  for (int k = 0; k < kCuts; ++k) {
    const std::optional<Rejection> rejection = layer.rejection(dsc);
    if (!rejection) return dsc;
    if (!Cut(layer, dsc, allowed, rng)(*rejection)) return std::nullopt;
    dsc = formed(layer, std::move(dsc), allowed);
  }
  return std::nullopt;
}

RapidDsc grown(const Layer& layer, RapidDsc dsc, FeatureSet allowed, Rng& rng) {
  if (layer.present.empty()) return dsc;
  for (int k = 0; k < kGrowths; ++k) {
    RapidDsc next = dsc;
    const Dim d =
        layer.present[static_cast<size_t>(rng.below(static_cast<int64_t>(layer.present.size())))];
    const bool tiles = !layer.array() || rng.coin();
    const int64_t whole = tiles ? layer.share(dsc, d) : dsc.t[d];
    int64_t& extent = tiles ? next.t[d] : next.b[d];
    if (extent == whole) continue;
    const int64_t trips = ceil_div(whole, extent);
    const bool follow = tiles && next.b[d] == next.t[d];
    extent = rng.coin() ? ceil_div(whole, trips - 1) : rng.between(extent + 1, whole);
    if (!tiles) extent = std::min(whole, round_up(extent, unrolling(dsc.p, d)));
    if (follow) next.b[d] = next.t[d];
    next = formed(layer, std::move(next), allowed);
    if (!layer.rejection(next)) dsc = std::move(next);
  }
  return dsc;
}

}  // namespace tilewright::sampler
