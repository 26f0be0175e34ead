// Shape rule of Move; part of infer_shape().
#pragma once

#include <optional>
#include <vector>

#include "compiler/ir/primitive.h"
#include "compiler/ir/tensor.h"
#include "compiler/support/result.h"

namespace tilewright {

// The smallest shape that holds every element the parts write, after checking that the parts write
// each of its elements exactly once. Findings are appended; nothing is returned when there are any.
std::optional<Shape> infer_move(const Move& move, const std::vector<Shape>& inputs,
                                Diagnostics& findings);

}  // namespace tilewright
