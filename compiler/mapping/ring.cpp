#include "compiler/mapping/ring.h"

#include <algorithm>
#include <map>
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

// Which piece the c-th slice takes, by its coordinates along the dims of `by`; none when empty, or
// when it is not the last along a dim of `last`.
std::optional<int64_t> piece_of(int64_t core, const RapidDsc& dsc, DimSet by, DimSet last = 0) {
  const CoreDivision& division = dsc.core_d;
  int64_t piece = 0;
  for (size_t k = division.ring_order.size(); k-- > 0;) {
    const Dim d = division.ring_order[k];
    const int64_t parts = division.parts[d], at = core % parts;
    core /= parts;
    if (contains(last, d) && at != parts - 1) return std::nullopt;
    if (!contains(by, d)) continue;
    if (slices(dsc.n[d], parts, division.share)[static_cast<size_t>(at)].size == 0)
      return std::nullopt;
    piece = piece * parts + at;
  }
  return piece;
}

int64_t cores_of(const RapidDsc& dsc) {
  int64_t cores = 1;
  for (Dim d : kDims) cores *= dsc.core_d.parts[d];
  return cores;
}

// Of messages that leave these places (ascending) and all go so far upwards: how many share a link
// at most, that is start within as many consecutive places as they have hops.
int64_t most_on_link(const std::vector<int64_t>& starts, int64_t hops) {
  size_t end = 0, most = 0;
  for (size_t k = 0; k < starts.size(); ++k) {
    while (end < starts.size() && starts[end] < starts[k] + hops) ++end;
    most = std::max(most, end - k);
  }
  return static_cast<int64_t>(most);
}

}  // namespace

// Slices are numbered alike in each group, so from member k to the next it is as far in all of
// them, and never more than half of the ring: upwards.
std::vector<RingRound> reduction_rounds(const RapidDsc& dsc, DimSet reduction) {
  int64_t divided = 1;
  for (Dim d : kDims)
    if (contains(reduction, d)) divided *= dsc.core_d.parts[d];
  if (divided == 1) return {};
  std::map<int64_t, std::vector<int64_t>> groups;
  for (int64_t core = 0; core < cores_of(dsc); ++core)
    if (const auto group = piece_of(core, dsc, static_cast<DimSet>(~reduction)))
      groups[*group].push_back(core);
  std::vector<RingRound> rounds;
  const std::vector<int64_t>& members = groups.begin()->second;
  for (size_t k = 0; k + 1 < members.size(); ++k) {
    const int64_t hops = members[k + 1] - members[k];
    std::vector<int64_t> starts;
    for (const auto& [group, places] : groups) starts.push_back(places[k]);
    std::sort(starts.begin(), starts.end());
    rounds.push_back({most_on_link(starts, hops), hops});
  }
  return rounds;
}

RingLoad ring_load(const RapidDsc& dsc, DimSet by, const ChipTier& chip, DimSet last) {
  RingLoad load;
  if (chip.memory_stops.empty()) return load;
  std::vector<std::set<int64_t>> carried(2 * chip.memory_stops.size());
  for (int64_t core = 0; core < cores_of(dsc); ++core) {
    const Way way = way_to(core, chip);
    const std::optional<int64_t> piece = piece_of(core, dsc, by, last);
    if (way.hops == 0 || !piece) continue;
    load.hops = std::max(load.hops, way.hops);
    std::set<int64_t>& pieces = carried[2 * way.stop + (way.down ? 1 : 0)];
    pieces.insert(*piece);
    load.pieces = std::max(load.pieces, static_cast<int64_t>(pieces.size()));
  }
  return load;
}

}  // namespace tilewright
