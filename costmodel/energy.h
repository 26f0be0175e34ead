// What one mapping of one layer takes in energy: events times the system's table. Equations [E1] to
// [E7] of README.md.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "compiler/arch/system.h"
#include "compiler/mapping/rapid_dsc.h"

namespace tilewright {

// Femtojoules, by where they go.
struct Energy {
  int64_t mac = 0, sfu = 0;
  int64_t lrf = 0, l0 = 0, accumulator = 0, lx = 0, external = 0, ring = 0;
  int64_t leakage = 0;
  bool operator==(const Energy&) const = default;

  std::array<std::pair<std::string_view, int64_t>, 9> parts() const {
    return {{{"mac", mac},
             {"sfu", sfu},
             {"lrf", lrf},
             {"l0", l0},
             {"accumulator", accumulator},
             {"lx", lx},
             {"external", external},
             {"ring", ring},
             {"leakage", leakage}}};
  }
  int64_t total() const {
    return mac + sfu + lrf + l0 + accumulator + lx + external + ring + leakage;
  }
  void add(const Energy& other) {
    mac += other.mac;
    sfu += other.sfu;
    lrf += other.lrf;
    l0 += other.l0;
    accumulator += other.accumulator;
    lx += other.lx;
    external += other.external;
    ring += other.ring;
    leakage += other.leakage;
  }
};

// `cycles`: what the layer takes. `dsc` must be legal.
Energy energy(const Work& work, const System& system, const PrecisionInfo& precision,
              const RapidDsc& dsc, int64_t cycles);

// Whether the system states any energy in this precision.
bool has_energy(const System& system, const PrecisionInfo& precision);

}  // namespace tilewright
