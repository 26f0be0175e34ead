// Times of single instructions: equations [C1] - [C8] of README.md.
#pragma once

#include <algorithm>
#include <cstdint>

#include "compiler/arch/system.h"
#include "compiler/mapping/ring.h"
#include "compiler/support/divisor.h"

namespace tilewright {

struct LinkTime {
  Rate bytes_per_cycle;
  int64_t latency_cycles = 0;

  LinkTime(const Link& link)  // NOLINT: the same link
      : bytes_per_cycle(link.bytes_per_cycle), latency_cycles(link.latency_cycles) {}
};

// The numbers of a layer on a system that do not depend on the mapping.
struct UnitTimes {
  UnitTimes(const Work& work, const System& system, const PrecisionInfo& precision);

  // [C1] Bytes > 0 over a link: latency + ceil(bytes / bandwidth); 0 for none.
  static int64_t link(const LinkTime& link, int64_t bytes) {
    return bytes == 0 ? 0 : link.latency_cycles + hold_cycles(bytes, link.bytes_per_cycle);
  }
  // [C2] The external slot of a transfer of `bytes` per piece, `pieces` of them sharing the memory.
  // Without `load`, no slot of such a transfer takes less, whatever its way.
  int64_t external(int64_t bytes, int64_t pieces, bool store, const RingLoad& load = {}) const {
    if (bytes == 0) return 0;
    const int64_t over_ring =
        load.pieces == 0 ? 0 : hold_cycles(bytes * load.pieces, ring.bytes_per_cycle);
    return external_latency + load.hops * ring.latency_cycles + (store ? turnaround : 0) +
           std::max(hold_cycles(bytes * pieces, external_bandwidth), over_ring);
  }
  // [C8] A transfer between external memory and the array, in this core's 1/n of it.
  int64_t past_lx(int64_t bytes, int64_t cores, bool store) const {
    if (bytes == 0) return 0;
    return external_latency + (store ? turnaround : 0) +
           hold_cycles(bytes * cores, external_bandwidth);
  }
  // [C3] Array cycles of a block, without fill: ceil(mac_cycles * prod ceil(extent / unroll)).
  int64_t array_busy(const Extents& block, const Extents& unroll) const {
    int64_t steps = 1;
    for (Dim d : kDims) steps *= ceil_div(block[d], unroll[d]);
    return ceil_mul(steps, mac_cycles);
  }
  // [C4] SFU cycles of a drain of n outputs; `first`: nothing to add to, `final`: the epilogue
  // runs.
  int64_t drain_sfu(int64_t n, bool first, bool final) const {
    const int64_t cycles = (first ? 0 : simple_cycles) + (final ? epilogue_cycles : 0);
    return cycles == 0 || n == 0 ? 0 : sfu_latency + ceil_div(n, sfu_lanes) * cycles;
  }
  // [C5] SFU cycles of an element-wise instruction over `points`, without its ports.
  int64_t elementwise(int64_t points) const {
    return ceil_div(points, sfu_lanes) * elementwise_cycles;
  }

  LinkTime array_in, array_out, ring;
  Rate external_bandwidth;
  Divisor granule;
  int64_t external_latency, turnaround, semaphore, fill, lrf_load_cycles, layer_cycles;
  Rational mac_cycles;
  Divisor sfu_lanes;
  int64_t sfu_latency, simple_cycles, epilogue_cycles, elementwise_cycles;
  Rational macs_per_cycle;  // of a core, at most
};

}  // namespace tilewright
