// Host numbers in a program's format.
#pragma once

#include <string>

#include "backend/isa/program.h"
#include "compiler/ir/tensor.h"

namespace tilewright {

// Row-major elements, little-endian, 4 bytes (FP32), 2 (DLFloat16) or 1 (Int8) each, rounded to the
// format.
std::string encode(const Tensor& tensor, DataFormat format);

// What the format cannot stand for (README.md): the first integer or bool that it does not hold
// exactly, the first float that would become its NaN without being one; of Int8 any number but its
// integers. Empty: it can, rounded or not.
std::string problem_of(const Tensor& tensor, DataFormat format);
std::string problem_of(float value, DataFormat format);

// `value`, or where the format has no such infinity, its finite number that is nearest to it: what
// padding of a maximum is filled with.
float representable(float value, DataFormat format);

}  // namespace tilewright
