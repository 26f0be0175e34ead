// The part of a proof that is about the blocks of one tile under one dataflow.
#pragma once

#include "dse/audit/certificate.h"
#include "dse/audit/tile_bound.h"
#include "dse/audit/tile_programs.h"

namespace tilewright {

// Adds the steps that show that no block makes the layer take less than `least`; false: one does.
bool prove_blocks(const audit::Layer& layer, const audit::Dataflow& flow, const Extents& tile,
                  const audit::TilePrograms& programs, int64_t least, audit::Proof& proof);

}  // namespace tilewright
