// The attack on a layer: samples, and climbs from the best of them. The same result for any number
// of threads.
#pragma once

#include <array>

#include "tests/sampler/feature.h"
#include "tests/sampler/score.h"

namespace tilewright::sampler {

struct AttackOptions {
  Aim aim = Aim::Latency;
  FeatureSet allowed = kSearched;
  int64_t samples = 1000;
  uint64_t seed = 0;
  int64_t climbs = 5;     // from the best of the samples
  int64_t steps = 200;    // of a climb, at most
  int64_t patience = 12;  // steps without anything better until a climb ends
};

inline constexpr size_t kCodes = static_cast<size_t>(RejectionCode::Slide) + 1;

struct Tally {
  int64_t legal = 0, illegal = 0;         // illegal draws are those that cutting did not save
  std::array<int64_t, kCodes> by_code{};  // neighbours that were dropped
  FeatureSet seen = 0;                    // features of what was legal
  void add(const Tally& other);
  bool operator==(const Tally&) const = default;
};

// The best of each kind, of these the `most` best, ascending. A kind: where operands sit and what
// lies along the axes; off the array, which dims are divided.
struct Samples {
  std::vector<Scored> best;
  Tally tally;
  bool operator==(const Samples&) const = default;
};
Samples sample(const Layer& layer, const AttackOptions& options, size_t most);

struct Neighbourhood {
  std::vector<Scored> all;  // the legal ones, ascending
  Tally tally;
};
Neighbourhood neighbourhood(const Layer& layer, const AttackOptions& options, const RapidDsc& dsc);

// The best mapping met on a walk that goes to the best neighbour not yet visited, uphill too.
struct Climb {
  Scored best;
  int64_t steps = 0;
  Tally tally;
  bool operator==(const Climb&) const = default;
};
Climb climb(const Layer& layer, const AttackOptions& options, const Scored& start);

}  // namespace tilewright::sampler
