// The accelerator, tier by tier: system of chips, chip of cores, core, PE array, PE. Every number
// comes from a YAML file (see system_yaml.h); nothing here is derived from a mapping.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/support/math.h"

namespace tilewright {

// Bytes per cycle, and cycles from the start of a transfer to its first byte. A transfer of b bytes
// occupies its link latency + ceil(b / bandwidth) cycles.
struct Link {
  Rational bytes_per_cycle{1, 1};
  int64_t latency_cycles = 0;
  bool operator==(const Link&) const = default;
};

// Tier 1: a 2-D torus of chips.
struct TorusTier {
  int64_t x = 1, y = 1;  // chips per axis
  Link x_link, y_link;   // chip to chip; unused when the axis has one chip
  bool operator==(const TorusTier&) const = default;
};

// Tier 2: a ring of cores and the chip's external memory.
struct ChipTier {
  int64_t cores = 1;
  Link ring;                          // core to core, per direction
  std::vector<int64_t> memory_stops;  // cores beside which external memory enters the ring,
                                      // ascending; none: each core has its own way to it
  int64_t external_bytes = 0;         // capacity of the external memory
  Link external;                      // peak, shared by the cores that work
  Rational external_efficiency{1, 1};
  int64_t external_granule_bytes = 1;  // a run of consecutive bytes takes whole granules
  int64_t turnaround_cycles = 0;       // of each store: from reading to writing and back
  int64_t layer_cycles = 0;            // barrier and program switch between layers
  bool operator==(const ChipTier&) const = default;

  Rational external_bytes_per_cycle() const {
    return external.bytes_per_cycle * external_efficiency;
  }
};

// The vector unit beside the arrays.
struct Sfu {
  int64_t lanes = 1;           // elements at once
  int64_t simple_cycles = 1;   // per scalar function and vector of lanes: add, max, select, ...
  int64_t special_cycles = 1;  // exp, log, division, powers, ...
  int64_t latency_cycles = 0;  // issue and pipeline of one SFU instruction
  bool operator==(const Sfu&) const = default;
};

// Tier 3: corelets that share an Lx scratchpad.
struct CoreTier {
  int64_t corelets = 1;
  int64_t lx_bytes = 0;
  Link array_in;   // Lx -> L0 and LRF
  Link array_out;  // accumulators -> SFU -> Lx
  Sfu sfu;
  int64_t semaphore_cycles = 0;  // from a signal to the wait that it releases
  bool operator==(const CoreTier&) const = default;
};

// Tier 4 and 5: the PE array of one corelet, and the PE. Dims are names ("in", "out", ...): which
// loop dims may be laid along an axis.
struct ArrayTier {
  int64_t rows = 1, columns = 1, lanes = 1;
  std::vector<std::string> row_dims, column_dims, lane_dims, corelet_dims;
  int64_t l0_bytes = 0;         // edge scratchpad of one corelet; 0: Lx feeds the PEs directly
  int64_t lrf_bytes = 0;        // local register file of one PE
  int64_t lrf_load_cycles = 0;  // per element and PE that comes into the LRFs, at least
  bool sums_in_lrf = false;     // partial sums of 4 bytes may gather in the PEs themselves
  int64_t accumulators = 0;     // or, per lane, at the foot of each column; 0: not there
  int64_t fill_cycles = 0;      // array fill and drain, and issue, of one array instruction
  bool operator==(const ArrayTier&) const = default;
};

// A number format: storage, and array cycles per multiply-accumulate relative to the base rate.
struct PrecisionInfo {
  int64_t bits = 16;          // per element, packed
  Rational mac_cycles{1, 1};  // array cycles per step of all lanes; a block takes whole cycles
  int64_t mac_energy = 0;     // femtojoules per multiply-accumulate
  bool operator==(const PrecisionInfo&) const = default;

  // Multiply-accumulates per cycle where `at_once` are done at mac_cycles = 1.
  Rational macs_per_cycle(int64_t at_once) const {
    return Rational{at_once, 1} * Rational{mac_cycles.den, mac_cycles.num};
  }
};

// Energy per event in femtojoules; all 0 for a system that states none.
struct EnergyTable {
  // Per byte read or written. A byte that passes Lx on its way is written and read there.
  int64_t lrf = 0, l0 = 0, accumulator = 0, lx = 0, external = 0;
  int64_t sfu = 0;      // per scalar function of one element
  int64_t leakage = 0;  // per cycle of the chip
  int64_t ring = 0;     // per byte and link from core to core
  bool operator==(const EnergyTable&) const = default;
};

struct System {
  std::string name;
  int64_t clock_hz = 1;
  TorusTier torus;
  ChipTier chip;
  CoreTier core;
  ArrayTier array;
  std::map<std::string, PrecisionInfo> precisions;  // "fp16", "fp32"
  std::string default_precision;
  EnergyTable energy;
  bool operator==(const System&) const = default;

  // Multiply-accumulates at once, at a format of mac_cycles = 1.
  int64_t macs_per_core() const { return core.corelets * array.rows * array.columns * array.lanes; }
};

}  // namespace tilewright
