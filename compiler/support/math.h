// Integer arithmetic that every layer needs: ceilings, checked products, exact fractions.
#pragma once

#include <compare>
#include <cstdint>
#include <numeric>
#include <optional>

namespace tilewright {

// Smallest q with q * b >= a; a >= 0, b > 0.
constexpr int64_t ceil_div(int64_t a, int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }
constexpr int64_t round_up(int64_t a, int64_t multiple) { return ceil_div(a, multiple) * multiple; }

// a * b or a + b, or nothing when it does not fit 64 bits.
inline std::optional<int64_t> checked_mul(int64_t a, int64_t b) {
  int64_t r = 0;
  if (__builtin_mul_overflow(a, b, &r)) return std::nullopt;
  return r;
}
inline std::optional<int64_t> checked_add(int64_t a, int64_t b) {
  int64_t r = 0;
  if (__builtin_add_overflow(a, b, &r)) return std::nullopt;
  return r;
}

// An exact non-negative fraction, always in lowest terms with den > 0 (bandwidths, efficiencies).
struct Rational {
  int64_t num = 0;
  int64_t den = 1;

  static constexpr Rational of(int64_t num, int64_t den) {
    const int64_t g = std::gcd(num, den);
    return g == 0 ? Rational{0, 1} : Rational{num / g, den / g};
  }
  constexpr bool operator==(const Rational&) const = default;
};

constexpr Rational operator*(Rational a, Rational b) {
  const Rational x = Rational::of(a.num, b.den), y = Rational::of(b.num, a.den);
  return Rational::of(x.num * y.num, x.den * y.den);
}

// Cycles that `bytes` hold a link of `bytes_per_cycle`: the ceiling of the exact quotient.
constexpr int64_t hold_cycles(int64_t bytes, Rational bytes_per_cycle) {
  int64_t narrow = 0;
  if (!__builtin_mul_overflow(bytes, bytes_per_cycle.den, &narrow) &&
      !__builtin_add_overflow(narrow, bytes_per_cycle.num - 1, &narrow))
    return narrow / bytes_per_cycle.num;
  const __int128 scaled = static_cast<__int128>(bytes) * bytes_per_cycle.den;
  return static_cast<int64_t>((scaled + bytes_per_cycle.num - 1) / bytes_per_cycle.num);
}

// The ceiling of n * factor.
constexpr int64_t ceil_mul(int64_t n, Rational factor) {
  if (factor.den == 1) return n * factor.num;
  int64_t narrow = 0;
  if (!__builtin_mul_overflow(n, factor.num, &narrow) &&
      !__builtin_add_overflow(narrow, factor.den - 1, &narrow))
    return narrow / factor.den;
  const __int128 scaled = static_cast<__int128>(n) * factor.num;
  return static_cast<int64_t>((scaled + factor.den - 1) / factor.den);
}

// Bytes that `elems` elements of `bits` each take when they follow each other: packed, the last
// byte whole.
constexpr int64_t packed_bytes(int64_t elems, int64_t bits) {
  return static_cast<int64_t>((static_cast<__int128>(elems) * bits + 7) >> 3);
}

}  // namespace tilewright
