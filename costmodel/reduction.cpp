#include "costmodel/reduction.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"

namespace tilewright {

TileReduction tile_reduction(const Work& work, const UnitTimes& times, const LoopNest& nest,
                             const Extents& tile, bool leaves) {
  TileReduction r;
  if (nest.finishes) r.meeting_cycles = 2 * times.semaphore;
  if (nest.rounds.empty() || !leaves) return r;
  int64_t sums = 1;
  for (Dim d : kDims)
    if (!contains(work.reduction, d)) sums *= tile[d];
  if (sums == 0) return r;
  r.sum_bytes = sums * kPartialSumBytes;
  for (const RingRound& round : nest.rounds) {
    const int64_t bytes = r.sum_bytes * round.messages;
    r.ring_cycles +=
        round.hops * times.ring.latency_cycles + hold_cycles(bytes, times.ring.bytes_per_cycle);
    r.link_bytes += bytes;
  }
  if (!nest.finishes) return r;
  r.in_bytes = r.out_bytes = r.sum_bytes;
  for (const Motion& m : nest.external) {
    if (m.role != Role::Bias) continue;
    const Operand& bias = work.operands[static_cast<size_t>(m.operand)];
    r.in_bytes += packed_bytes(box_elems(bias, m.steps, tile), m.cell_bits);
  }
  const int64_t functions = std::max(times.epilogue_cycles, times.simple_cycles);
  r.finish_cycles =
      times.sfu_latency + std::max({ceil_div(sums, times.sfu_lanes) * functions,
                                    hold_cycles(r.in_bytes, times.array_in.bytes_per_cycle),
                                    hold_cycles(r.out_bytes, times.array_out.bytes_per_cycle)});
  return r;
}

}  // namespace tilewright
