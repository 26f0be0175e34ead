// The same mapping as models without a waveform see it: the time of each level by itself. Equation
// [M1] of README.md.
#pragma once

#include <cstdint>

#include "costmodel/price.h"

namespace tilewright {

// How a mapping becomes cycles.
enum class TimingModel : uint8_t {
  Waveform,     // the cycle model: price()
  MaxOfLevels,  // perfect overlap, the slowest level: price_max_of_levels()
};

// Cycles that each unit or link of the largest core is busy in all, latencies and fills left out.
struct Levels {
  int64_t array = 0, sfu = 0;
  int64_t array_in = 0, array_out = 0;
  int64_t external = 0, ring = 0;  // of the chip

  int64_t most() const;  // perfect overlap: the slowest level
  int64_t sum() const;   // none at all
};

// `dsc` must be legal.
Levels levels(const Work& work, const System& system, const PrecisionInfo& precision,
              const RapidDsc& dsc);

// The price of perfect overlap: array cycles first, what the SFU and then the links exceed them by
// on top.
Price price_max_of_levels(const Work& work, const System& system, const PrecisionInfo& precision,
                          const RapidDsc& dsc);

}  // namespace tilewright
