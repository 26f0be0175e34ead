#include "backend/emit/encode.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

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
  const auto width = static_cast<size_t>(bytes_of(format));
  switch (format) {
    case DataFormat::Fp32:
      return bytes_of(numbers, width, [](float value) { return std::bit_cast<uint32_t>(value); });
    case DataFormat::DlFloat16:
      return bytes_of(numbers, width,
                      [](float value) { return uint32_t{dlfloat16_encode(value)}; });
    case DataFormat::Int8:
      return bytes_of(numbers, width, [](float value) { return uint32_t{int8_encode(value)}; });
  }
  return "";
}

constexpr float kLargestDlFloat16 = dlfloat16_decode(kDlFloat16NotANumber - 1);

bool holds(int64_t integer, DataFormat format) {
  if (format == DataFormat::Int8) return std::abs(integer) <= static_cast<int64_t>(kMostInt8);
  const uint64_t magnitude =
      integer < 0 ? 0 - static_cast<uint64_t>(integer) : static_cast<uint64_t>(integer);
  if (magnitude == 0) return true;
  const auto significant = std::bit_width(magnitude >> std::countr_zero(magnitude));
  if (significant > std::numeric_limits<float>::digits) return false;
  const auto value = static_cast<float>(integer);
  return format == DataFormat::Fp32 || dlfloat16_round(value) == value;
}

bool holds(float value, DataFormat format) {
  switch (format) {
    case DataFormat::Fp32:
      return true;
    case DataFormat::DlFloat16:
      return std::isnan(value) || !std::isnan(dlfloat16_round(value));
    case DataFormat::Int8:
      return int8_round(value) == value;
  }
  return true;
}

std::string problem_of(int64_t integer, DataFormat format) {
  if (format == DataFormat::Int8) return fmt::format("is {}; INT8 holds -127 to 127", integer);
  const bool wide = format == DataFormat::Fp32;
  return fmt::format("is {}; {} holds all integers up to {}, and not this one", integer,
                     wide ? "FP32" : "DLFloat16", wide ? 1 << 24 : 1 << 10);
}

template <class Numbers>
std::string first_problem(const Numbers& numbers, DataFormat format) {
  for (size_t k = 0; k < numbers.size(); ++k)
    if (!holds(numbers[k], format))
      return fmt::format("element {} {}", k, problem_of(numbers[k], format));
  return "";
}

}  // namespace

std::string problem_of(float value, DataFormat format) {
  if (holds(value, format)) return "";
  if (format == DataFormat::Int8)
    return fmt::format("is {}; INT8 holds the integers -127 to 127", value);
  return fmt::format("is {}; the largest number of DLFloat16 is {}", value,
                     static_cast<int64_t>(kLargestDlFloat16));
}

std::string problem_of(const Tensor& tensor, DataFormat format) {
  return tensor.type == ElementType::Float32 ? first_problem(tensor.floats, format)
                                             : first_problem(tensor.ints, format);
}

std::string encode(const Tensor& tensor, DataFormat format) {
  return tensor.type == ElementType::Float32 ? encode_numbers(tensor.floats, format)
                                             : encode_numbers(tensor.ints, format);
}

float representable(float value, DataFormat format) {
  if (format == DataFormat::Fp32 || !std::isinf(value)) return value;
  return std::copysign(format == DataFormat::Int8 ? kMostInt8 : kLargestDlFloat16, value);
}

}  // namespace tilewright
