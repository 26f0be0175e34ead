// The rules of one layer's streams; part of verify().
#pragma once

#include <functional>
#include <string>

#include "backend/isa/program.h"

namespace tilewright::isa {

// Reports (unit, instruction, message); -1 where a finding is of the whole layer.
using ReportInLayer = std::function<void(int unit, int64_t instruction, std::string message)>;

void verify_layer(const Program& program, const LayerProgram& layer, const ReportInLayer& report);

}  // namespace tilewright::isa
