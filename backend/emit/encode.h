// Host numbers in a program's format.
#pragma once

#include <string>

#include "backend/isa/program.h"
#include "compiler/ir/tensor.h"

namespace tilewright {

// Row-major elements, little-endian, 4 bytes (FP32) or 2 (DLFloat16) each. Integers and bools
// become the nearest number of the format.
std::string encode(const Tensor& tensor, DataFormat format);

// `value`, or where the format has no such infinity, its finite number that is nearest to it: what
// padding of a maximum is filled with.
float representable(float value, DataFormat format);

}  // namespace tilewright
