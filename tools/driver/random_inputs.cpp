#include "tools/driver/random_inputs.h"

#include "compiler/support/check.h"
#include "compiler/support/rng.h"

namespace tilewright {

Tensor random_input(const std::string& name, const Shape& shape, uint64_t seed) {
  constexpr int kDraws = 12;
  const auto count = element_count(shape);
  TW_CHECK(count.has_value(), "{} has too many elements", name);
  Rng rng{stream_seed(seed, name)};
  std::vector<float> data(static_cast<size_t>(*count));
  for (float& x : data) {
    float sum = 0;
    for (int k = 0; k < kDraws; ++k) sum += rng.uniform();
    x = sum - kDraws / 2;
  }
  return float_tensor(shape, std::move(data));
}

}  // namespace tilewright
