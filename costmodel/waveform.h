// The first iterations of a layer as time passes on each link and unit of the critical core: what
// the equations of README.md add up, laid out. For people to look at.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "costmodel/price.h"

namespace tilewright {

enum class Lane : uint8_t { External, ArrayIn, Array, ArrayOut };
inline constexpr int kLanes = 4;
std::string_view name_of(Lane lane);  // "external", "array-in", "array", "array-out"

struct Span {
  Lane lane = Lane::External;
  int64_t start = 0, end = 0;  // cycles, half-open
  std::string what;            // "INP", "mac", ...
  bool operator==(const Span&) const = default;
};

struct Waveform {
  std::vector<Span> spans;  // by start
  int64_t end = 0;          // of what is shown
  bool whole = false;  // nothing is left out; `end` is then the layer's time without its change
};

// At most `most_tiles` tile steps, and of each body the first `most_blocks` block steps; the rest
// of a body is one span "...".
Waveform waveform(const Work& work, const System& system, const PrecisionInfo& precision,
                  const RapidDsc& dsc, int64_t most_tiles, int64_t most_blocks);

}  // namespace tilewright
