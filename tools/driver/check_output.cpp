#include "tools/driver/check_output.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/support/check.h"

namespace tilewright {

namespace {

double element(const Tensor& tensor, size_t k) {
  return tensor.type == ElementType::Float32 ? static_cast<double>(tensor.floats[k])
                                             : static_cast<double>(tensor.ints[k]);
}

size_t size_of(const Tensor& tensor) {
  return tensor.type == ElementType::Float32 ? tensor.floats.size() : tensor.ints.size();
}

// The first of the largest elements.
int64_t argmax(const Tensor& tensor) {
  int64_t best = -1;
  for (size_t k = 0; k < size_of(tensor); ++k)
    if (best < 0 || element(tensor, k) > element(tensor, static_cast<size_t>(best)))
      best = static_cast<int64_t>(k);
  return best;
}

double difference(double expected, double actual) {
  if (expected == actual || (std::isnan(expected) && std::isnan(actual))) return 0;
  const double d = std::abs(expected - actual);
  return std::isfinite(d) ? d : std::numeric_limits<double>::infinity();
}

}  // namespace

OutputCheck check_output(const std::string& name, const Tensor& expected, const Tensor& actual,
                         double tolerance) {
  TW_CHECK(size_of(expected) == size_of(actual), "{}: {} elements, not {}", name, size_of(actual),
           size_of(expected));
  OutputCheck check;
  check.name = name;
  check.elements = static_cast<int64_t>(size_of(expected));
  double largest = 0;
  for (size_t k = 0; k < size_of(expected); ++k) {
    const double e = element(expected, k);
    check.max_abs_error = std::max(check.max_abs_error, difference(e, element(actual, k)));
    if (std::isfinite(e)) largest = std::max(largest, std::abs(e));
  }
  check.max_rel_error = check.max_abs_error / (largest == 0 ? 1 : largest);
  check.expected_argmax = argmax(expected);
  check.actual_argmax = argmax(actual);
  check.pass = check.max_rel_error <= tolerance;
  return check;
}

}  // namespace tilewright
