// Inputs for networks whose user gave none: normally distributed, and the same on every machine.
#pragma once

#include <cstdint>
#include <string>

#include "backend/isa/data_format.h"
#include "compiler/ir/tensor.h"

namespace tilewright {

// Float32 elements of mean 0 and variance 1: each is the sum of twelve uniform draws, less 6, which
// needs no library function that could round differently elsewhere. Each name has draws of its own.
// For programs of Int8 twenty times that, rounded to its integers.
Tensor random_input(const std::string& name, const Shape& shape, uint64_t seed, DataFormat format);

}  // namespace tilewright
