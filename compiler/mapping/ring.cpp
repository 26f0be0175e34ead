#include "compiler/mapping/ring.h"

#include <algorithm>
#include <optional>
#include <set>

#include "compiler/mapping/share.h"

namespace tilewright {

namespace {

struct Way {
  int64_t hops = 0;
  size_t stop = 0;
  bool down = false;
};

Way way_to(int64_t core, const ChipTier& chip) {
  Way best{chip.cores, 0, false};
  for (size_t s = 0; s < chip.memory_stops.size(); ++s) {
    const int64_t up = (core - chip.memory_stops[s] + chip.cores) % chip.cores;
    for (const Way& way : {Way{up, s, false}, Way{(chip.cores - up) % chip.cores, s, true}})
      if (way.hops < best.hops) best = way;
  }
  return best;
}

// Which piece the c-th slice takes, by its coordinates along the dims of `by`; none when empty.
std::optional<int64_t> piece_of(int64_t core, const RapidDsc& dsc, DimSet by) {
  const CoreDivision& division = dsc.core_d;
  int64_t piece = 0;
  for (size_t k = division.ring_order.size(); k-- > 0;) {
    const Dim d = division.ring_order[k];
    const int64_t parts = division.parts[d], at = core % parts;
    core /= parts;
    if (!contains(by, d)) continue;
    if (slices(dsc.n[d], parts, division.share)[static_cast<size_t>(at)].size == 0)
      return std::nullopt;
    piece = piece * parts + at;
  }
  return piece;
}

}  // namespace

RingLoad ring_load(const RapidDsc& dsc, DimSet by, const ChipTier& chip) {
  RingLoad load;
  if (chip.memory_stops.empty()) return load;
  int64_t cores = 1;
  for (Dim d : kDims) cores *= dsc.core_d.parts[d];
  std::vector<std::set<int64_t>> carried(2 * chip.memory_stops.size());
  for (int64_t core = 0; core < cores; ++core) {
    const Way way = way_to(core, chip);
    const std::optional<int64_t> piece = piece_of(core, dsc, by);
    if (way.hops == 0 || !piece) continue;
    load.hops = std::max(load.hops, way.hops);
    std::set<int64_t>& pieces = carried[2 * way.stop + (way.down ? 1 : 0)];
    pieces.insert(*piece);
    load.pieces = std::max(load.pieces, static_cast<int64_t>(pieces.size()));
  }
  return load;
}

}  // namespace tilewright
