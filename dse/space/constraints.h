// What a user allows of the declared space of one layer (../README.md). Each member narrows the
// space; the defaults narrow nothing. Parts, T and ring order speak of every layer, the rest of
// what the layer has: B, axes, places and bypass of Array layers alone.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <vector>

#include "compiler/mapping/rapid_dsc.h"

namespace tilewright {

// Both ends are allowed; empty where least > most.
struct Range {
  int64_t least = 1;
  int64_t most = std::numeric_limits<int64_t>::max();
  bool operator==(const Range&) const = default;

  bool holds(int64_t n) const { return least <= n && n <= most; }
  bool empty() const { return least > most; }
};
Range both(Range a, Range b);

// Values of an enumeration as bits; all of them unless stated.
template <class Enum>
struct SetOf {
  uint16_t bits = 0xffff;
  bool operator==(const SetOf&) const = default;

  static SetOf of(std::initializer_list<Enum> values) {
    SetOf set{0};
    for (Enum v : values) set.add(v);
    return set;
  }
  void add(Enum v) { bits |= static_cast<uint16_t>(1u << static_cast<unsigned>(v)); }
  bool has(Enum v) const { return (bits >> static_cast<unsigned>(v) & 1) != 0; }
};
template <class Enum>
SetOf<Enum> both(SetOf<Enum> a, SetOf<Enum> b) {
  return {static_cast<uint16_t>(a.bits & b.bits)};
}

enum class Axis : uint8_t { Rows, Columns, Lanes, Corelets };
inline constexpr std::array<Axis, 4> kAxes = {Axis::Rows, Axis::Columns, Axis::Lanes,
                                              Axis::Corelets};
const std::vector<Unroll>& along(const ArrayWork& p, Axis axis);
std::vector<Unroll>& along(ArrayWork& p, Axis axis);

// Of one axis of the array. A dim that does not lie along it has factor 1.
struct AxisConstraint {
  DimSet dims = 0xff;  // that may lie along it
  DimMap<Range> factors;
  bool operator==(const AxisConstraint&) const = default;
};

enum class Sequence : uint8_t { Ring, T, B };

struct Constraints {
  DimMap<Range> parts, t, b;
  SetOf<ShareRule> shares;
  std::array<AxisConstraint, 4> axes;
  std::array<SetOf<Place>, 3> places;  // at the array: of INP, KER, and OUT's partial sums
  // Per Sequence and dim: the dims that must stand outside of it, where both are there.
  std::array<DimMap<DimSet>, 3> outside{};
  // Per Role, of hops that some loop of their stage moves: at External, at the array.
  std::array<std::array<SetOf<TransferType>, 2>, static_cast<size_t>(Role::Inp8) + 1> types;
  bool slide = true;       // tiles may
  bool through_lx = true;  // mappings in which no operand bypasses Lx
  SetOf<Role> past_lx;     // operands that may bypass it
  bool operator==(const Constraints&) const = default;

  // What is left of T of a share, and of B of a tile.
  Range tiles(Dim d, int64_t share) const { return both(t[d], {1, share}); }
  Range blocks(Dim d, int64_t tile) const { return both(b[d], {1, tile}); }

  bool allows_parts(const Extents& all) const;
  bool allows_array(const ArrayWork& p) const;
  bool allows_places(const std::array<Place, 3>& inner) const;
  bool allows_order(Sequence sequence, std::span<const Dim> outermost_first) const;
  bool allows_type(Role role, Stage stage, TransferType type) const {
    return types[static_cast<size_t>(role)][static_cast<size_t>(stage)].has(type);
  }
};

// Whether a legal mapping keeps to all of them.
bool allows(const Constraints& constraints, const Work& work, const RapidDsc& dsc);

}  // namespace tilewright
