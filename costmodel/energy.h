// What one mapping of one layer takes in energy: events times the system's table. Equations [E1] to
// [E7] of README.md.
#pragma once

#include <cstdint>

#include "compiler/arch/system.h"
#include "compiler/mapping/rapid_dsc.h"

namespace tilewright {

// Femtojoules, by where they go.
struct Energy {
  int64_t mac = 0, sfu = 0;
  int64_t lrf = 0, l0 = 0, accumulator = 0, lx = 0, external = 0, ring = 0;
  int64_t leakage = 0;
  bool operator==(const Energy&) const = default;

  int64_t total() const {
    return mac + sfu + lrf + l0 + accumulator + lx + external + ring + leakage;
  }
};

// `cycles`: what the layer takes. `dsc` must be legal.
Energy energy(const Work& work, const System& system, const PrecisionInfo& precision,
              const RapidDsc& dsc, int64_t cycles);

// Whether the system states any energy in this precision.
bool has_energy(const System& system, const PrecisionInfo& precision);

}  // namespace tilewright
