#include "dse/room.h"

#include <algorithm>

#include "compiler/mapping/capacity.h"
#include "compiler/mapping/footprint.h"

namespace tilewright {

int64_t lx_bytes(const Problem& problem, const Extents& tile, unsigned doubled, int64_t out_cell,
                 Bypass past_lx) {
  int64_t bytes = 0;
  for (size_t x = 0; x < problem.operands; ++x) {
    const bool out = x == problem.out;
    if (past_lx == x || (out && problem.work.kind == WorkKind::Move)) continue;
    const int64_t elems = footprint_elems(problem.work.operands[x], tile, tile);
    bytes += lx_buffer_bytes(elems, out ? out_cell : problem.precision.bits,
                             (doubled >> x & 1) != 0 ? 2 : 1);
  }
  return bytes;
}

int64_t lx_bytes(const Problem& problem, const RapidDsc& dsc) {
  const LoopNest nest = lower(problem.work, problem.system, problem.precision, dsc);
  return capacity(problem.work, dsc, nest).lx_bytes;
}

std::vector<int64_t> ways_to_fill_lx(const Problem& problem, const Extents& tile, Bypass past_lx) {
  std::vector<int64_t> ways;
  for (const int64_t out_cell : {int64_t{problem.precision.bits}, int64_t{kPartialSumBits}})
    for (unsigned doubled = 0; doubled < 1u << problem.operands; ++doubled)
      if (const int64_t bytes = lx_bytes(problem, tile, doubled, out_cell, past_lx);
          bytes <= problem.system.core.lx_bytes)
        ways.push_back(bytes);
  std::sort(ways.begin(), ways.end());
  ways.erase(std::unique(ways.begin(), ways.end()), ways.end());
  return ways;
}

std::vector<unsigned> largest_doubled(const Problem& problem, const Extents& tile, unsigned movable,
                                      int64_t out_cell, unsigned doubled, Bypass past_lx,
                                      int64_t room) {
  std::vector<unsigned> fitting, largest;
  room = std::min(room, problem.system.core.lx_bytes);
  for (unsigned set = movable;; set = (set - 1) & movable) {
    if (lx_bytes(problem, tile, set | doubled, out_cell, past_lx) <= room) fitting.push_back(set);
    if (set == 0) break;
  }
  for (unsigned set : fitting)
    if (std::none_of(fitting.begin(), fitting.end(),
                     [set](unsigned other) { return other != set && (other & set) == set; }))
      largest.push_back(set);
  return largest;
}

std::array<int64_t, 3> array_needs(const Problem& problem, const ArrayWork& p, const Places& places,
                                   const Extents& block) {
  std::array<int64_t, 3> needs{};
  for (size_t x = 0; x < 3; ++x) {
    if (places[x] == Place::Pe) continue;
    const int64_t elems = block_elems(problem.work.operands[x], p, block, places[x]);
    needs[x] = places[x] == Place::Acc
                   ? elems
                   : packed_bytes(elems, x == 2 ? kPartialSumBits : problem.precision.bits);
  }
  return needs;
}

bool fits_array(const Problem& problem, const Places& places, const std::array<int64_t, 3>& needs,
                const std::array<int64_t, 3>& buffers) {
  const ArrayTier& array = problem.system.array;
  int64_t l0 = 0, lrf = 0, sums = 0;
  for (size_t x = 0; x < 3; ++x)
    (places[x] == Place::Acc ? sums : places[x] == Place::Lrf ? lrf : l0) += needs[x] * buffers[x];
  return l0 <= array.l0_bytes && lrf <= array.lrf_bytes && sums <= array.accumulators;
}

int flow_that_fits(const Problem& problem, const UnrollClass& unroll, const Places& places,
                   const Extents& block, const std::array<int64_t, 3>& buffers) {
  if (places[2] == Place::Acc) {
    // Nothing else lies along rows: all dataflows of the class need as many accumulators.
    int64_t outputs = buffers[2];
    for (Dim d : kDims)
      if (contains(problem.out_dims, d)) outputs *= ceil_div(block[d], unroll.unroll[d]);
    if (outputs > problem.system.array.accumulators) return -1;
  }
  for (size_t f : unroll.flows) {
    const Dataflow& flow = problem.flows[f];
    if (flow.inner != places) continue;
    if (fits_array(problem, places, array_needs(problem, flow.p, places, block), buffers))
      return static_cast<int>(f);
  }
  return -1;
}

}  // namespace tilewright
