// Whether a computed tensor is the expected one, within a tolerance.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/ir/tensor.h"

namespace tilewright {

struct OutputCheck {
  std::string name;
  int64_t elements = 0;
  double max_abs_error = 0;  // infinite where one side is finite and the other is not
  double max_rel_error =
      0;  // max_abs_error over the largest expected magnitude (over 1 if that is 0)
  int64_t expected_argmax = -1, actual_argmax = -1;  // -1: no elements
  bool pass = false;                                 // max_rel_error <= tolerance
};

// The tensors must have as many elements; their shapes are not compared.
OutputCheck check_output(const std::string& name, const Tensor& expected, const Tensor& actual,
                         double tolerance);

}  // namespace tilewright
