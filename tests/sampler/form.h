// From a rough mapping to a well-formed one: whatever follows from the free choices is made anew.
#pragma once

#include "tests/sampler/feature.h"

namespace tilewright::sampler {

// Every choice of `rough` taken over as far as it goes: extents cut to their bounds; loops listed
// as they stand, new ones last (but outside of reductions); hops at their loops; types that the hop
// cannot have replaced; tiles that slide where they can. Features that are not allowed give way to
// the nearest plain choice. It may still be illegal: too many parts, dims that an axis does not
// take, capacities.
RapidDsc formed(const Layer& layer, RapidDsc rough, FeatureSet allowed);

}  // namespace tilewright::sampler
