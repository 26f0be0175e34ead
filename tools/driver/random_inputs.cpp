#include "tools/driver/random_inputs.h"

#include "compiler/support/check.h"
#include "compiler/support/number_format.h"
#include "compiler/support/rng.h"

namespace tilewright {

namespace {

constexpr float kIntegerDeviation = 20;  // of INT8, so that few numbers are cut

}  // namespace

Tensor random_input(const std::string& name, const Shape& shape, uint64_t seed, DataFormat format) {
  constexpr int kDraws = 12;
  const auto count = element_count(shape);
  TW_CHECK(count.has_value(), "{} has too many elements", name);
  Rng rng{stream_seed(seed, name)};
  std::vector<float> data(static_cast<size_t>(*count));
  for (float& x : data) {
    float sum = 0;
    for (int k = 0; k < kDraws; ++k) sum += rng.uniform();
    x = sum - kDraws / 2;
    if (format == DataFormat::Int8) x = int8_round(kIntegerDeviation * x);
  }
  return float_tensor(shape, std::move(data));
}

}  // namespace tilewright
