// planner-rule: what a careful engineer writes down once and applies to every layer.
//
// Array layers (Conv, MatMul)
//  1. Dataflow: weight-stationary. `in` along the rows, `out` along columns and lanes, and along
//  the
//     corelets, too, where a core has more outputs than one corelet holds; otherwise the corelets
//     take the largest of mb, i, j. Depthwise layers (one output per group) put `grp` where `out`
//     is.
//  2. Cores: divide the output dims, largest extent first, each by the largest divisor of the
//     cores still free that leaves every slice an index, and `out` only so far that the lanes stay
//     full. If cores are left over, a second round divides without regard for the lanes. The
//     reduction would come last; this version cannot divide it.
//  3. Tile: all operands double-buffered; the reduction whole, then columns, rows, images and
//     outputs, each as large as still fits. If nothing fits with the whole reduction, that is cut.
//  4. Order: weights outermost (grp, out, then mb, i, j), the reduction innermost where it is cut.
//  5. Block: as much reduction as the double-buffered LRF holds, one array's worth of outputs, as
//     many pixels as accumulators and L0 hold; weights outermost again.
// Other layers: the same division of the output dims, the largest double-buffered tile, dims in
// their order. Moves are not double-buffered: they have one link.
#pragma once

#include "compiler/mapping/rapid_dsc.h"
#include "compiler/mapping/rejection.h"
#include "compiler/support/result.h"

namespace tilewright {

Result<RapidDsc> planner_rule(const Work& work, const System& system,
                              const PrecisionInfo& precision);

}  // namespace tilewright
