// Division by numbers that are known long before what they divide: exact, and for small numbers a
// product instead.
#pragma once

#include "compiler/support/math.h"

namespace tilewright {

// Of n >= 0 by d > 0. Where both are below 2^32, floor(n / d) = floor(n * ceil(2^64 / d) / 2^64).
class Divisor {
 public:
  constexpr Divisor(int64_t d = 1)  // NOLINT: a number like any other
      : value_(d), inverse_(UINT64_MAX / static_cast<uint64_t>(d) + 1) {}
  constexpr int64_t value() const { return value_; }

  constexpr int64_t floor(int64_t n) const {
    if (value_ == 1) return n;
    if (((static_cast<uint64_t>(n) | static_cast<uint64_t>(value_)) >> 32) != 0) return n / value_;
    return static_cast<int64_t>(
        (static_cast<unsigned __int128>(inverse_) * static_cast<uint64_t>(n)) >> 64);
  }
  constexpr bool operator==(const Divisor&) const = default;

 private:
  int64_t value_;
  uint64_t inverse_;
};

constexpr int64_t ceil_div(int64_t a, const Divisor& b) { return b.floor(a + b.value() - 1); }
constexpr int64_t round_up(int64_t a, const Divisor& b) { return ceil_div(a, b) * b.value(); }

// A fraction to divide by.
struct Rate {
  Divisor num;
  int64_t den = 1;

  constexpr Rate() = default;
  constexpr Rate(Rational r) : num(r.num), den(r.den) {}  // NOLINT: the same number
};

constexpr int64_t hold_cycles(int64_t bytes, const Rate& bytes_per_cycle) {
  int64_t scaled = 0;
  if (__builtin_mul_overflow(bytes, bytes_per_cycle.den, &scaled) ||
      __builtin_add_overflow(scaled, bytes_per_cycle.num.value() - 1, &scaled))
    return hold_cycles(bytes, Rational{bytes_per_cycle.num.value(), bytes_per_cycle.den});
  return bytes_per_cycle.num.floor(scaled);
}

}  // namespace tilewright
