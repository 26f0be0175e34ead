// DLFloat16, the accelerator's 16-bit format: sign, 6 exponent bits with bias 31, 9 fraction bits.
//
//   code & 0x7fff == 0        zero
//   code & 0x7fff == 0x7fff   the one code for both NaN and infinity (either sign)
//   otherwise                 (-1)^sign * 2^(exponent - 31) * (1 + fraction / 512)
//
// There are no subnormals: exponent 0 is an ordinary binade, whose first element is zero's code. So
// the smallest magnitude is 2^-31 * (1 + 1/512), the largest 2^32 * (1 + 510/512).
//
// Int8, integers of one byte: the code of v in [-127, 127] is v ^ 0x7f as two's complement, so that
// all ones, which would be -128, is no number.
#pragma once

#include <bit>
#include <cstdint>

namespace tilewright {

inline constexpr uint16_t kDlFloat16NotANumber = 0x7fff;

// Nearest, ties to the larger magnitude, on the grid of 9 fraction bits. What then lies below the
// smallest magnitude becomes a zero of the same sign, what lies above the largest the NaN/infinity.
constexpr uint16_t dlfloat16_encode(float value) {
  constexpr int32_t kRebias = (127 - 31) << 9;
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (bits >> 16) & 0x8000u;
  const int32_t code = static_cast<int32_t>(((bits & 0x7fffffffu) + 0x2000u) >> 14) - kRebias;
  const uint32_t magnitude = code <= 0        ? 0u
                             : code >= 0x7fff ? 0x7fffu
                                              : static_cast<uint32_t>(code);
  return static_cast<uint16_t>(sign | magnitude);
}

// Exact; the NaN/infinity code gives a quiet NaN of its sign, so that encoding gives it back.
constexpr float dlfloat16_decode(uint16_t code) {
  constexpr uint32_t kRebias = (127u - 31u) << 9, kQuietNan = 0x7fc00000u;
  const uint32_t sign = static_cast<uint32_t>(code & 0x8000u) << 16;
  const uint32_t magnitude = code & 0x7fffu;
  if (magnitude == 0) return std::bit_cast<float>(sign);
  if (magnitude == kDlFloat16NotANumber) return std::bit_cast<float>(sign | kQuietNan);
  return std::bit_cast<float>(sign | ((magnitude + kRebias) << 14));
}

constexpr float dlfloat16_round(float value) { return dlfloat16_decode(dlfloat16_encode(value)); }

inline constexpr float kMostInt8 = 127;
inline constexpr uint8_t kNoInt8 = 0xff;

// The nearest integer, ties to the even one, then cut to [-127, 127]. A NaN becomes 0.
constexpr uint8_t int8_encode(float value) {
  constexpr float kShift = 0x1.8p23f;  // has no room for a fraction
  const float inside = value > kMostInt8    ? kMostInt8
                       : value < -kMostInt8 ? -kMostInt8
                       : value != value     ? 0.0f
                                            : value;
  return static_cast<uint8_t>(static_cast<int32_t>((inside + kShift) - kShift) ^ 0x7f);
}

constexpr float int8_decode(uint8_t code) {
  return static_cast<float>(static_cast<int8_t>(code ^ 0x7f));
}

constexpr float int8_round(float value) { return int8_decode(int8_encode(value)); }

}  // namespace tilewright
