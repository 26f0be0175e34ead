#include "backend/emit/encode.h"

#include <bit>
#include <cmath>

#include "compiler/support/number_format.h"

namespace tilewright {

namespace {

void append(std::string& bytes, float value, DataFormat format) {
  const uint32_t code = format == DataFormat::Fp32 ? std::bit_cast<uint32_t>(value)
                                                   : uint32_t{dlfloat16_encode(value)};
  const int width = format == DataFormat::Fp32 ? 4 : 2;
  for (int k = 0; k < width; ++k) bytes.push_back(static_cast<char>((code >> (8 * k)) & 0xffu));
}

}  // namespace

std::string encode(const Tensor& tensor, DataFormat format) {
  std::string bytes;
  if (tensor.type == ElementType::Float32)
    for (float value : tensor.floats) append(bytes, value, format);
  else
    for (int64_t value : tensor.ints) append(bytes, static_cast<float>(value), format);
  return bytes;
}

float representable(float value, DataFormat format) {
  if (format == DataFormat::Fp32 || !std::isinf(value)) return value;
  const float largest = dlfloat16_decode(kDlFloat16NotANumber - 1);
  return std::copysign(largest, value);
}

}  // namespace tilewright
