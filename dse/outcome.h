// What a search has found so far.
#pragma once

#include <vector>

#include "compiler/mapping/rapid_dsc.h"
#include "dse/counters.h"
#include "dse/objective.h"

namespace tilewright {

struct Best {
  Measure value = 0;
  RapidDsc dsc;
};

struct Outcome {
  Best best;
  std::vector<Best> others;  // those that follow it, where several are wanted
  Measure bound = 0;         // no mapping in the space has a lower value
  bool proven = false;       // none has a lower one than the best, or the last of the others
  Counters counters;

  // Some mapping was: searches that start from one have always found one.
  bool found() const { return !best.dsc.data_structures.empty(); }

  // Adopts what is cheaper, and among equals what comes first as a value.
  void adopt(const Best& found) {
    if (found.value < best.value || (found.value == best.value && found.dsc < best.dsc))
      best = found;
  }
};

}  // namespace tilewright
