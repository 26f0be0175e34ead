// The network's tensors into external memory, and out of it.
#pragma once

#include <map>
#include <string>

#include "backend/isa/program.h"
#include "backend/sim/data_path.h"
#include "compiler/ir/tensor.h"
#include "compiler/support/result.h"

namespace tilewright::sim {

// Integers and bools become numbers of the program's format.
Diagnostics write_inputs(const Program& program, const std::map<std::string, Tensor>& inputs,
                         MemoryBytes& external);
Diagnostics write_constants(const Program& program, MemoryBytes& external);
// Fails when an element of an output was never written.
Result<std::map<std::string, Tensor>> read_outputs(const Program& program, MemoryBytes& external);

}  // namespace tilewright::sim
