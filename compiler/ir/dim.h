// The loop dims that every mapping is written in, and a small array indexed by them.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tilewright {

// mb minibatch (MatMul: rows), grp groups or batch of products, out/in output/input features,
// i j output rows/columns, ki kj kernel rows/columns.
enum class Dim : uint8_t { mb, grp, out, in, i, j, ki, kj };

inline constexpr int kDimCount = 8;
inline constexpr std::array<Dim, kDimCount> kDims = {Dim::mb, Dim::grp, Dim::out, Dim::in,
                                                     Dim::i,  Dim::j,   Dim::ki,  Dim::kj};

std::string_view name_of(Dim dim);
std::optional<Dim> dim_named(std::string_view name);

// A set of dims as bits.
using DimSet = uint8_t;
constexpr DimSet bit(Dim d) { return static_cast<DimSet>(1u << static_cast<unsigned>(d)); }
constexpr bool contains(DimSet set, Dim d) { return (set & bit(d)) != 0; }

// One value per dim; extents default to 1 (a dim that a layer lacks has extent 1).
template <class T>
struct DimMap {
  std::array<T, kDimCount> values{};

  static constexpr DimMap filled(T value) {
    DimMap map;
    map.values.fill(value);
    return map;
  }
  constexpr T& operator[](Dim d) { return values[static_cast<size_t>(d)]; }
  constexpr const T& operator[](Dim d) const { return values[static_cast<size_t>(d)]; }
  constexpr auto operator<=>(const DimMap&) const = default;
};

using Extents = DimMap<int64_t>;

}  // namespace tilewright
