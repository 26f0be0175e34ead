// What is attacked: the best mapping by the search. Nothing else here sees the search.
#pragma once

#include "compiler/support/result.h"
#include "tests/sampler/score.h"

namespace tilewright::sampler {

struct Proven {
  RapidDsc best;
  Score value = 0;  // of `best`, as the search states it
  bool proven = false;
};
Result<Proven> proven_best(const Layer& layer, Aim aim);

}  // namespace tilewright::sampler
