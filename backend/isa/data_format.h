// The number formats of programs, and which precision of a system each of them computes.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/arch/system.h"
#include "compiler/support/result.h"

namespace tilewright {

enum class DataFormat : uint8_t { Fp32, DlFloat16, Int8 };

constexpr int64_t bytes_of(DataFormat format) {
  return format == DataFormat::Fp32 ? 4 : format == DataFormat::DlFloat16 ? 2 : 1;
}

// By name, since bytes do not tell: "fp32" of 32 bits, "fp16" of 16 (DLFloat16), "int8" of 8. Any
// other precision of the system can be priced, not simulated: Unsupported.
Result<DataFormat> data_format(const System& system, const std::string& precision);

}  // namespace tilewright
