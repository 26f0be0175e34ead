// What a constraints file says, statement by statement, and where it says so.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "dse/space/constraints.h"

namespace tilewright {

enum class Quantity : uint8_t { Parts, T, B };

struct ExtentClause {  // parts.out = 4, 16 <= t.out <= 64
  Quantity of = Quantity::Parts;
  Dim dim = Dim::mb;
  Range range;
  bool operator==(const ExtentClause&) const = default;
};
struct ShareClause {
  ShareRule share = ShareRule::Balanced;
  bool operator==(const ShareClause&) const = default;
};
struct OrderClause {  // those of the dims that are there stand in this order, outermost first
  Sequence of = Sequence::T;
  std::vector<Dim> dims;
  bool operator==(const OrderClause&) const = default;
};
struct AxisClause {  // no other dims lie along it
  Axis axis = Axis::Rows;
  DimSet only = 0;
  bool operator==(const AxisClause&) const = default;
};
struct FactorClause {
  Axis axis = Axis::Rows;
  Dim dim = Dim::mb;
  Range range;
  bool operator==(const FactorClause&) const = default;
};
struct PlaceClause {
  Role role = Role::Inp;  // INP, KER or OUT
  SetOf<Place> only;
  bool operator==(const PlaceClause&) const = default;
};
struct TypeClause {
  Role role = Role::Inp;
  Stage stage = Stage::T;  // T: at External, B: at the array
  SetOf<TransferType> only;
  bool operator==(const TypeClause&) const = default;
};
struct SlideClause {
  bool may = true;
  bool operator==(const SlideClause&) const = default;
};
struct BypassClause {
  bool none = true;  // all through Lx
  SetOf<Role> only;  // or one of these past it
  bool operator==(const BypassClause&) const = default;
};

using Clause = std::variant<ExtentClause, ShareClause, OrderClause, AxisClause, FactorClause,
                            PlaceClause, TypeClause, SlideClause, BypassClause>;

// "16 <= t.out <= 64", "transfers.KER.array in [stream]"
std::string to_string(const Clause& clause);
void narrow(Constraints& constraints, const Clause& clause);

struct ClauseAt {
  Clause clause;
  int32_t line = 0, column = 0;  // of a text; no part of the value
  bool operator==(const ClauseAt& other) const { return clause == other.clause; }
};

// What one entry of a file says of one layer, or of all.
struct ConstraintEntry {
  std::string layer;  // Work::name; "": all
  std::vector<ClauseAt> clauses;
  int32_t line = 0, column = 0;
  bool operator==(const ConstraintEntry& other) const {
    return layer == other.layer && clauses == other.clauses;
  }
};

struct ConstraintFile {
  std::string where;  // its path
  std::vector<ConstraintEntry> entries;
  bool operator==(const ConstraintFile&) const = default;

  std::vector<ClauseAt> clauses_of(const std::string& layer) const;
};

// All that the file says of the layer.
Constraints constraints_of(const ConstraintFile& file, const std::string& layer);

// The words of the text form.
std::string_view name_of(Quantity);  // "parts", "t", "b"
std::string_view name_of(Axis);      // "rows", ...
std::string_view name_of(Sequence);  // "ring_order", "t_order", "b_order"
std::string_view hop_name(Stage);    // "External", "array"

// What may be named in a set: types of hops, places of INP and KER or of OUT's sums, operands that
// may bypass Lx.
inline constexpr std::array<TransferType, 3> kTransferTypes = {
    TransferType::Stream, TransferType::BlockLoad, TransferType::DoubleBuffer};
std::vector<Place> places_of(Role role);
inline constexpr std::array<Role, 3> kArrayRoles = {Role::Inp, Role::Ker, Role::Out};

}  // namespace tilewright
