// All mappings one step away from a given one.
#pragma once

#include <vector>

#include "tests/sampler/feature.h"

namespace tilewright::sampler {

// Well-formed mappings, legal or not, each once and in ascending order, `dsc` not among them. One
// step changes one of: parts of a dim (by one, halved, doubled, as many as cores are left), a
// factor moved between two dims; share rule; neighbours in the ring order; T or B of a dim (by one,
// by its unrolling, halved, doubled, next trip counts, whole, 1, a tail of 1), a factor of two
// moved between two dims; the place of a loop in its stage; a type, slide or bypass; where an
// operand sits; a factor of P (by one, halved, doubled, all that is left, moved to another dim or
// axis). Along with it may go: tiles and blocks that were whole stay whole; blocks become multiples
// of a new unrolling; a loop that appears stands anywhere in its stage; operands that move are
// double-buffered and slide.
std::vector<RapidDsc> neighbours(const Layer& layer, const RapidDsc& dsc, FeatureSet allowed);

}  // namespace tilewright::sampler
