// A small seeded generator: every random choice of Tilewright can be replayed from one number.
#pragma once

#include <cstdint>
#include <string_view>

namespace tilewright {

// Scrambles 64 bits (the finaliser of splitmix64); a bijection.
constexpr uint64_t mix64(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// A seed of its own for each named stream, so that adding one does not change the others.
constexpr uint64_t stream_seed(uint64_t seed, std::string_view name) {
  uint64_t hash = mix64(seed + 0x9e3779b97f4a7c15u);
  for (char c : name) hash = mix64(hash ^ static_cast<unsigned char>(c)) + 0x9e3779b97f4a7c15u;
  return hash;
}

// Draw number `counter` depends on seed and counter only; integer arithmetic and exact scaling, so
// the numbers are the same on every platform.
struct Rng {
  uint64_t seed = 0;
  uint64_t counter = 0;

  constexpr uint64_t next() { return mix64(seed + 0x9e3779b97f4a7c15u * ++counter); }
  // In [0, n); n > 0. The bias is below n / 2^64.
  constexpr int64_t below(int64_t n) {
    return static_cast<int64_t>(
        (static_cast<unsigned __int128>(next()) * static_cast<uint64_t>(n)) >> 64);
  }
  // In [low, high].
  constexpr int64_t between(int64_t low, int64_t high) { return low + below(high - low + 1); }
  // In [0, 1), a multiple of 2^-24.
  constexpr float uniform() { return static_cast<float>(next() >> 40) * 0x1p-24f; }
  // In [low, high).
  constexpr float uniform(float low, float high) { return low + (high - low) * uniform(); }
  constexpr bool coin() { return (next() >> 63) != 0; }
};

}  // namespace tilewright
