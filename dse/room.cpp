#include "dse/room.h"

#include <algorithm>

#include "compiler/mapping/capacity.h"
#include "compiler/mapping/footprint.h"

namespace tilewright {

int64_t lx_bytes(const Problem& problem, const Extents& tile, unsigned doubled, int64_t out_cell) {
  int64_t bytes = 0;
  for (size_t x = 0; x < problem.operands; ++x) {
    const bool out = x == problem.out;
    if (out && problem.work.kind == WorkKind::Move) continue;
    const int64_t elems = footprint_elems(problem.work.operands[x], tile, tile);
    bytes += lx_buffer_bytes(elems, out ? out_cell : problem.precision.bits,
                             (doubled >> x & 1) != 0 ? 2 : 1);
  }
  return bytes;
}

std::vector<unsigned> largest_doubled(const Problem& problem, const Extents& tile, unsigned movable,
                                      int64_t out_cell) {
  std::vector<unsigned> fitting, largest;
  for (unsigned set = movable;; set = (set - 1) & movable) {
    if (lx_bytes(problem, tile, set, out_cell) <= problem.system.core.lx_bytes)
      fitting.push_back(set);
    if (set == 0) break;
  }
  for (unsigned set : fitting)
    if (std::none_of(fitting.begin(), fitting.end(),
                     [set](unsigned other) { return other != set && (other & set) == set; }))
      largest.push_back(set);
  return largest;
}

int flow_that_fits(const Problem& problem, const UnrollClass& unroll, const Places& places,
                   const Extents& block, const std::array<int64_t, 3>& buffers) {
  const ArrayTier& array = problem.system.array;
  for (size_t f : unroll.flows) {
    const Dataflow& flow = problem.flows[f];
    if (flow.inner != places) continue;
    int64_t l0 = 0, lrf = 0, sums = 0;
    for (size_t x = 0; x < 3; ++x) {
      if (places[x] == Place::Pe) continue;
      const int64_t elems = block_elems(problem.work.operands[x], flow.p, block, places[x]);
      if (places[x] == Place::Acc)
        sums += elems * buffers[x];
      else
        (places[x] == Place::Lrf ? lrf : l0) +=
            packed_bytes(elems, x == 2 ? kPartialSumBits : problem.precision.bits) * buffers[x];
    }
    if (l0 <= array.l0_bytes && lrf <= array.lrf_bytes && sums <= array.accumulators)
      return static_cast<int>(f);
  }
  return -1;
}

}  // namespace tilewright
