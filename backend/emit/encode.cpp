#include "backend/emit/encode.h"

#include <bit>
#include <cmath>

#include "compiler/support/number_format.h"

namespace tilewright {

namespace {

// `width` bytes of each number's code, lowest first.
template <class Numbers, class Code>
std::string bytes_of(const Numbers& numbers, size_t width, Code code) {
  std::string bytes(numbers.size() * width, '\0');
  char* next = bytes.data();
  for (const auto number : numbers) {
    const uint32_t bits = code(static_cast<float>(number));
    for (size_t k = 0; k < width; ++k) *next++ = static_cast<char>((bits >> (8 * k)) & 0xffu);
  }
  return bytes;
}

template <class Numbers>
std::string encode_numbers(const Numbers& numbers, DataFormat format) {
  if (format == DataFormat::Fp32)
    return bytes_of(numbers, 4, [](float value) { return std::bit_cast<uint32_t>(value); });
  return bytes_of(numbers, 2, [](float value) { return uint32_t{dlfloat16_encode(value)}; });
}

}  // namespace

std::string encode(const Tensor& tensor, DataFormat format) {
  return tensor.type == ElementType::Float32 ? encode_numbers(tensor.floats, format)
                                             : encode_numbers(tensor.ints, format);
}

float representable(float value, DataFormat format) {
  if (format == DataFormat::Fp32 || !std::isinf(value)) return value;
  const float largest = dlfloat16_decode(kDlFloat16NotANumber - 1);
  return std::copysign(largest, value);
}

}  // namespace tilewright
