#include "compiler/support/number_format.h"

#include <cmath>
#include <limits>

#include "tests/support/catch.h"

namespace tilewright {
namespace {

constexpr float kSmallest = 0x1p-31f * (1 + 1 / 512.0f);
constexpr float kLargest = 0x1p32f * (1 + 510 / 512.0f);

// The definition in the header, by ldexp, for codes that are neither zero nor NaN/infinity.
float by_definition(uint16_t code) {
  const int exponent = (code >> 9) & 63, fraction = code & 511;
  const float magnitude = std::ldexp(1 + static_cast<float>(fraction) / 512, exponent - 31);
  return (code & 0x8000) != 0 ? -magnitude : magnitude;
}

TEST_CASE("every DLFloat16 code decodes by definition and encodes back to itself") {
  int numbers = 0;
  for (int c = 0; c < 65536; ++c) {
    const auto code = static_cast<uint16_t>(c);
    const float value = dlfloat16_decode(code);
    if ((code & 0x7fff) == 0x7fff) {
      REQUIRE(std::isnan(value));
    } else if ((code & 0x7fff) == 0) {
      REQUIRE(value == 0);
    } else {
      REQUIRE(value == by_definition(code));
      ++numbers;
    }
    REQUIRE(dlfloat16_encode(value) == code);
  }
  CHECK(numbers == 65536 - 2 - 2);
}

TEST_CASE("known DLFloat16 codes") {
  CHECK(dlfloat16_encode(0x1p-8f) == 0x2e00);
  CHECK(dlfloat16_encode(1e-5f) == 0x1c9f);
  CHECK(dlfloat16_round(1e-5f) == Approx(9.99868e-6));
  CHECK(dlfloat16_encode(1.0f) == 31 << 9);
  CHECK(dlfloat16_encode(-2.0f) == (0x8000 | (32 << 9)));
  CHECK(dlfloat16_decode(0x0001) == kSmallest);
  CHECK(dlfloat16_decode(0x7ffe) == kLargest);
}

TEST_CASE("DLFloat16 rounds to the nearest value, ties to the larger magnitude") {
  // Between each two neighbours: below the middle goes down, the middle and above go up.
  for (uint16_t code = 1; code < 0x7ffe; ++code) {
    const float low = dlfloat16_decode(code);
    const float high = dlfloat16_decode(static_cast<uint16_t>(code + 1));
    const float middle = low + (high - low) / 2;
    REQUIRE(dlfloat16_encode(std::nextafter(middle, 0.0f)) == code);
    REQUIRE(dlfloat16_encode(middle) == code + 1);
    REQUIRE(dlfloat16_encode(-middle) == (0x8000 | (code + 1)));
  }
}

TEST_CASE("DLFloat16 at the ends of its range") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  CHECK(dlfloat16_encode(0.0f) == 0);
  CHECK(dlfloat16_encode(-0.0f) == 0x8000);
  CHECK(dlfloat16_encode(0x1p-31f) == 0);  // would be zero's code
  CHECK(dlfloat16_encode(-0x1p-31f) == 0x8000);
  CHECK(dlfloat16_encode(0x1p-31f * (1 + 1 / 1024.0f)) == 1);
  CHECK(dlfloat16_encode(1e-40f) == 0);  // a subnormal float
  CHECK(dlfloat16_encode(0x1p32f * (1 + 511 / 512.0f)) == kDlFloat16NotANumber);
  CHECK(dlfloat16_encode(std::numeric_limits<float>::max()) == kDlFloat16NotANumber);
  CHECK(dlfloat16_encode(kInfinity) == kDlFloat16NotANumber);
  CHECK(dlfloat16_encode(-kInfinity) == (0x8000 | kDlFloat16NotANumber));
  CHECK(dlfloat16_encode(std::numeric_limits<float>::quiet_NaN()) == kDlFloat16NotANumber);
}

TEST_CASE("every Int8 code but all ones is an integer, and encodes back to itself") {
  for (int v = -127; v <= 127; ++v) {
    const uint8_t code = int8_encode(static_cast<float>(v));
    REQUIRE(code == static_cast<uint8_t>(v ^ 0x7f));
    REQUIRE(code != kNoInt8);
    REQUIRE(int8_decode(code) == static_cast<float>(v));
  }
  CHECK(int8_decode(kNoInt8) == -128);
  CHECK(int8_encode(-128) == int8_encode(-127));
}

TEST_CASE("Int8 rounds to the nearest integer, ties to even, and cuts") {
  for (int v = -127; v < 127; ++v) {
    const auto low = static_cast<float>(v), middle = low + 0.5f;
    REQUIRE(int8_round(std::nextafter(middle, -200.0f)) == low);
    REQUIRE(int8_round(middle) == (v % 2 == 0 ? low : low + 1));
    REQUIRE(int8_round(std::nextafter(middle, 200.0f)) == low + 1);
  }
  CHECK(int8_round(127.5f) == 127);
  CHECK(int8_round(1e30f) == 127);
  CHECK(int8_round(-INFINITY) == -127);
  CHECK(int8_round(NAN) == 0);
  CHECK_FALSE(std::signbit(int8_round(-0.25f)));
}

}  // namespace
}  // namespace tilewright
