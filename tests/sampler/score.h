// What mappings are compared by, from the price and the energy alone.
#pragma once

#include <optional>
#include <string>

#include "tests/sampler/layer.h"

namespace tilewright::sampler {

enum class Aim : uint8_t { Latency, Energy, Edp };

// Cycles; femtojoules, then cycles; or their product.
__extension__ using Score = __int128;

// Of a legal mapping.
Score score(const Layer& layer, Aim aim, const RapidDsc& dsc);

// In the unit of the aim.
double number(Score score, Aim aim);

// A mapping with its score; the better one first, and of equal ones the lesser mapping.
struct Scored {
  Score score = 0;
  RapidDsc dsc;
  bool operator==(const Scored&) const = default;
  bool operator<(const Scored& other) const {
    return score != other.score ? score < other.score : dsc < other.dsc;
  }
};

}  // namespace tilewright::sampler
