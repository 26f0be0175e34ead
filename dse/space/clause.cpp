#include "dse/space/clause.h"

#include <fmt/format.h>

#include "compiler/support/check.h"
#include "compiler/support/overloaded.h"

namespace tilewright {

std::string_view name_of(Quantity of) {
  switch (of) {
    case Quantity::Parts:
      return "parts";
    case Quantity::T:
      return "t";
    case Quantity::B:
      return "b";
  }
  TW_CHECK(false, "quantity {}", static_cast<int>(of));
}

std::string_view name_of(Axis axis) {
  switch (axis) {
    case Axis::Rows:
      return "rows";
    case Axis::Columns:
      return "columns";
    case Axis::Lanes:
      return "lanes";
    case Axis::Corelets:
      return "corelets";
  }
  TW_CHECK(false, "axis {}", static_cast<int>(axis));
}

std::string_view name_of(Sequence of) {
  switch (of) {
    case Sequence::Ring:
      return "ring_order";
    case Sequence::T:
      return "t_order";
    case Sequence::B:
      return "b_order";
  }
  TW_CHECK(false, "sequence {}", static_cast<int>(of));
}

std::string_view hop_name(Stage stage) { return stage == Stage::T ? "External" : "array"; }

std::vector<Place> places_of(Role role) {
  if (role == Role::Out) return {Place::Acc, Place::Lrf};
  return {Place::L0, Place::Lrf, Place::Pe};
}

namespace {

std::string ranged(const std::string& what, Range range) {
  constexpr int64_t kNoEnd = Range{}.most;
  if (range.least == range.most) return fmt::format("{} = {}", what, range.least);
  if (range.most == kNoEnd) return fmt::format("{} >= {}", what, range.least);
  if (range.least == 1) return fmt::format("{} <= {}", what, range.most);
  return fmt::format("{} <= {} <= {}", range.least, what, range.most);
}

template <class List>
std::string listed(const List& names) {
  return fmt::format("[{}]", fmt::join(names, ", "));
}

template <class Enum, class Values>
std::string listed(SetOf<Enum> set, const Values& values) {
  std::vector<std::string_view> names;
  for (Enum v : values)
    if (set.has(v)) names.push_back(name_of(v));
  return listed(names);
}

std::string listed_dims(DimSet set) {
  std::vector<std::string_view> names;
  for (Dim d : kDims)
    if (contains(set, d)) names.push_back(name_of(d));
  return listed(names);
}

}  // namespace

std::string to_string(const Clause& clause) {
  return std::visit(
      Overloaded{
          [](const ExtentClause& c) {
            return ranged(fmt::format("{}.{}", name_of(c.of), name_of(c.dim)), c.range);
          },
          [](const ShareClause& c) { return fmt::format("share = {}", name_of(c.share)); },
          [](const OrderClause& c) {
            std::vector<std::string_view> names;
            for (Dim d : c.dims) names.push_back(name_of(d));
            return fmt::format("{} = {}", name_of(c.of), listed(names));
          },
          [](const AxisClause& c) {
            return fmt::format("{}.only = {}", name_of(c.axis), listed_dims(c.only));
          },
          [](const FactorClause& c) {
            return ranged(fmt::format("{}.{}", name_of(c.axis), name_of(c.dim)), c.range);
          },
          [](const PlaceClause& c) {
            return fmt::format("places.{} in {}", name_of(c.role),
                               listed(c.only, places_of(c.role)));
          },
          [](const TypeClause& c) {
            return fmt::format("transfers.{}.{} in {}", name_of(c.role), hop_name(c.stage),
                               listed(c.only, kTransferTypes));
          },
          [](const SlideClause& c) { return fmt::format("slide = {}", c.may); },
          [](const BypassClause& c) {
            std::string names = listed(c.only, kArrayRoles);
            if (c.none) names.insert(1, c.only.bits == 0 ? "none" : "none, ");
            return "bypass in " + names;
          },
      },
      clause);
}

namespace {

DimMap<Range>& ranges(Constraints& constraints, Quantity of) {
  if (of == Quantity::Parts) return constraints.parts;
  return of == Quantity::T ? constraints.t : constraints.b;
}

}  // namespace

void narrow(Constraints& constraints, const Clause& clause) {
  const auto axis_of = [&](Axis axis) -> AxisConstraint& {
    return constraints.axes[static_cast<size_t>(axis)];
  };
  std::visit(Overloaded{
                 [&](const ExtentClause& c) {
                   Range& range = ranges(constraints, c.of)[c.dim];
                   range = both(range, c.range);
                 },
                 [&](const ShareClause& c) {
                   constraints.shares = both(constraints.shares, SetOf<ShareRule>::of({c.share}));
                 },
                 [&](const OrderClause& c) {
                   DimSet before = 0;
                   for (Dim d : c.dims) {
                     constraints.outside[static_cast<size_t>(c.of)][d] |= before;
                     before |= bit(d);
                   }
                 },
                 [&](const AxisClause& c) { axis_of(c.axis).dims &= c.only; },
                 [&](const FactorClause& c) {
                   Range& range = axis_of(c.axis).factors[c.dim];
                   range = both(range, c.range);
                 },
                 [&](const PlaceClause& c) {
                   SetOf<Place>& set = constraints.places[static_cast<size_t>(c.role)];
                   set = both(set, c.only);
                 },
                 [&](const TypeClause& c) {
                   SetOf<TransferType>& set =
                       constraints.types[static_cast<size_t>(c.role)][static_cast<size_t>(c.stage)];
                   set = both(set, c.only);
                 },
                 [&](const SlideClause& c) { constraints.slide = constraints.slide && c.may; },
                 [&](const BypassClause& c) {
                   constraints.through_lx = constraints.through_lx && c.none;
                   constraints.past_lx = both(constraints.past_lx, c.only);
                 },
             },
             clause);
}

std::vector<ClauseAt> ConstraintFile::clauses_of(const std::string& layer) const {
  std::vector<ClauseAt> found;
  for (const ConstraintEntry& entry : entries)
    if (entry.layer.empty() || entry.layer == layer)
      found.insert(found.end(), entry.clauses.begin(), entry.clauses.end());
  return found;
}

Constraints constraints_of(const ConstraintFile& file, const std::string& layer) {
  Constraints constraints;
  for (const ClauseAt& at : file.clauses_of(layer)) narrow(constraints, at.clause);
  return constraints;
}

}  // namespace tilewright
