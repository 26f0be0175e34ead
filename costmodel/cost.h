// What a piece of work costs: cycles, split into six classes and charged to what caused them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tilewright {

enum class CostClass : uint8_t {
  MacCompute,         // MACs of the critical core over its peak
  ArrayUnderuse,      // array busy beyond that
  Auxiliary,          // SFU beyond the array; all SFU time of layers without array work
  OverlappedVisible,  // what a stream or double buffer exceeds its body by
  NonOverlapped,      // block-loads, first fetches, last write-backs, sums over the ring
  PipeBubble,         // array fill and drain, semaphores, layer change
};
inline constexpr int kCostClasses = 6;
std::string_view name_of(CostClass c);  // "mac_compute", ...

enum class Resource : uint8_t { Array, Sfu, ArrayIn, ArrayOut, External, Ring, Sync };
inline constexpr int kResources = 7;
// "array", "sfu", "array_in", "array_out", "external", "ring", "sync"
std::string_view name_of(Resource r);

// Both arrays sum to `cycles`.
struct Cost {
  int64_t cycles = 0;
  std::array<int64_t, kCostClasses> classes{};
  std::array<int64_t, kResources> charged{};
  bool operator==(const Cost&) const = default;

  void add(CostClass c, Resource r, int64_t n) {
    cycles += n;
    classes[static_cast<size_t>(c)] += n;
    charged[static_cast<size_t>(r)] += n;
  }
  void add(const Cost& other, int64_t times = 1) {
    cycles += other.cycles * times;
    for (size_t k = 0; k < classes.size(); ++k) classes[k] += other.classes[k] * times;
    for (size_t k = 0; k < charged.size(); ++k) charged[k] += other.charged[k] * times;
  }
  // max(cycles, n): the excess alone is added, to `c` and `r`.
  void raise_to(int64_t n, CostClass c, Resource r) {
    if (n > cycles) add(c, r, n - cycles);
  }
  int64_t operator[](CostClass c) const { return classes[static_cast<size_t>(c)]; }
};

}  // namespace tilewright
