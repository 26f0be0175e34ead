// Random legal mappings of a layer, most of them not far from good ones.
#pragma once

#include "compiler/support/rng.h"
#include "tests/sampler/feature.h"

namespace tilewright::sampler {

// A rough mapping (form.h): each field by one of several strategies. Divisions that leave few cores
// idle, tiles and blocks whole, balanced, with a small tail, as many as divide, or any; unrollings
// that fill the array; all orders, types and places that are allowed.
RapidDsc draw(const Layer& layer, FeatureSet allowed, Rng& rng);

// `dsc`, which is well-formed, with tiles, blocks and buffers cut until it is legal; nothing if
// that is in vain.
std::optional<RapidDsc> shrunk(const Layer& layer, RapidDsc dsc, FeatureSet allowed, Rng& rng);

// `dsc`, which is legal, with tiles and blocks grown at random while it stays so.
RapidDsc grown(const Layer& layer, RapidDsc dsc, FeatureSet allowed, Rng& rng);

// A legal mapping from a draw, cut and sometimes grown; nothing when cutting was in vain.
std::optional<RapidDsc> draw_legal(const Layer& layer, FeatureSet allowed, Rng& rng);

}  // namespace tilewright::sampler
