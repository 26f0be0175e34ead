// Programs out of a mapped network.
#pragma once

#include <string>

#include "backend/isa/program.h"
#include "compiler/ir/graph.h"
#include "compiler/mapping/plan.h"
#include "compiler/support/result.h"

namespace tilewright {

// The program that runs `graph` as `plan` maps it, in the format that computes `precision`
// (isa/data_format.h; a precision that none computes is Unsupported). The plan must map exactly the
// layers of describe(graph), in order, each legally; every layer that is missing, misnamed or
// illegal is a finding. Fails, too, when external memory cannot hold the tensors, or the format the
// constants (encode.h). The same arguments give the same program.
Result<Program> emit(const Graph& graph, const System& system, const std::string& precision,
                     const Plan& plan);

}  // namespace tilewright
