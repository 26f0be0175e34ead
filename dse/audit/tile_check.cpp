#include "dse/audit/tile_check.h"

#include <fmt/format.h>

namespace tilewright::audit {

std::optional<Step> Reading::next() {
  if (!ok()) return std::nullopt;
  if (at_end()) {
    refute("the proof ends too early");
    return std::nullopt;
  }
  return proof_[at_++];
}

void Reading::refute(const std::string& why) {
  if (ok()) audit_.refuted = fmt::format("step {}: {}", at_, why);
}

void Reading::states(int64_t value, int64_t right) {
  if (value != right) refute(fmt::format("states {}, where {} is right", value, right));
}

void Reading::closes(int64_t value, int64_t right) {
  states(value, right);
  if (right < bound_)
    refute(fmt::format("closes a part at {} cycles, less than the bound {}", right, bound_));
  ++audit_.closed;
}

std::array<Box, 2> split(const Box& box, const Extents& n, size_t k) {
  const int64_t lo = box.lo.values[k], hi = box.hi.values[k];
  const int64_t alike = least_alike(n.values[k], hi);
  const int64_t at = alike > lo ? alike : lo + (hi - lo) / 2 + 1;
  std::array<Box, 2> parts = {box, box};
  parts[0].lo.values[k] = at;
  parts[1].hi.values[k] = at - 1;
  return parts;
}

std::optional<std::array<Box, 2>> Reading::parts(const Step& step, const Extents& n,
                                                 const Box& box) {
  if (step.value < 0 || step.value >= kDimCount) {
    refute(fmt::format("splits along dim {} of {}", step.value, kDimCount));
    return std::nullopt;
  }
  const auto k = static_cast<size_t>(step.value);
  if (box.lo.values[k] == box.hi.values[k]) {
    refute(fmt::format("splits along {}, of which one size is left", name_of(kDims[k])));
    return std::nullopt;
  }
  return split(box, n, k);
}

TilePrograms programs_left(const Layer& layer, const Shares& shares, const Box& tile,
                           const TileBound::Least& least, int64_t bound) {
  std::optional<OrderBound> orders;
  if (OrderBound::covers(layer, shares, tile)) orders.emplace(layer, shares, tile, least);
  return {layer, shares, tile.lo,
          [&](const std::vector<Dim>& order) { return !orders || orders->least(order) < bound; }};
}

namespace {

class DivisionCheck {
 public:
  DivisionCheck(const Layer& layer, const Shares& shares, Reading& reading)
      : layer_(layer), shares_(shares), reading_(reading), bound_(layer, shares) {}

  void check(Box box) {
    for (;;) {
      const std::optional<Step> step = reading_.next();
      if (!step) return;
      if (step->act != Act::Split) return check_whole(*step, box);
      const auto parts = reading_.parts(*step, shares_.n, box);
      if (!parts) return;
      check((*parts)[0]);
      box = (*parts)[1];
    }
  }

 private:
  // A part that is not split.
  void check_whole(const Step& step, const Box& box) {
    switch (step.act) {
      case Act::Bound:
        return reading_.closes(step.value, bound_.of(box).cycles);
      case Act::Orders:
        return check_orders(step.value, box);
      case Act::Memory:
        return check_memory(step.value, bound_.lx_bytes(box));
      case Act::Tile:
        return check_tile(step.value, box);
      default:
        return reading_.refute("is no step about tiles");
    }
  }

  void check_orders(int64_t value, const Box& box) {
    if (!OrderBound::covers(layer_, shares_, box))
      return reading_.refute("looks at orders of a part that has no set of loops yet");
    const TileBound::Least least = bound_.of(box);
    reading_.closes(value, OrderBound(layer_, shares_, box, least).least());
  }

  void check_memory(int64_t value, int64_t bytes) {
    reading_.states(value, bytes);
    const int64_t room = layer_.system.core.lx_bytes;
    if (bytes <= room)
      reading_.refute(fmt::format("says that {} bytes do not fit Lx, which has {}", bytes, room));
    ++reading_.audit().closed;
  }

  void check_tile(int64_t value, const Box& box) {
    if (!box.is_point()) return reading_.refute("takes several tiles for one");
    ++reading_.audit().tiles;
    const TilePrograms programs =
        programs_left(layer_, shares_, box, bound_.of(box), reading_.bound());
    reading_.states(value, static_cast<int64_t>(programs.count()));
    if (!reading_.ok() || programs.count() == 0) return;
    if (layer_.is_array()) {
      for (const Dataflow& flow : layer_.dataflows)
        check_blocks(layer_, flow, box.lo, programs, reading_);
      return;
    }
    const std::optional<Step> exact = reading_.next();
    if (!exact) return;
    if (exact->act != Act::Exact) return reading_.refute("must be the cycles of the tile");
    reading_.closes(exact->value, programs.least_off_array());
  }

  const Layer& layer_;
  const Shares& shares_;
  Reading& reading_;
  TileBound bound_;
};

}  // namespace

void check_division(const Layer& layer, const Shares& shares, Reading& reading) {
  Box all;
  all.hi = shares.n;
  DivisionCheck(layer, shares, reading).check(all);
  if (reading.ok() && !reading.at_end()) reading.refute("the proof goes on behind its end");
}

}  // namespace tilewright::audit
