// Checks every field of a struct against its rule in the table.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "backend/isa/fields.h"

namespace tilewright::isa {

// The way to a field, spelt only when something is wrong there: "axes[2].outer.stride".
struct FieldPath {
  const FieldPath* parent = nullptr;
  std::string_view name;
  int64_t index = -1;

  std::string spell() const {
    std::string text = parent == nullptr ? std::string() : parent->spell();
    if (!text.empty() && !name.empty()) text += '.';
    text += name;
    return index < 0 ? text : fmt::format("{}[{}]", text, index);
  }
};

template <class T>
inline constexpr bool kIsList = false;
template <class T>
inline constexpr bool kIsList<std::vector<T>> = true;
using PerDim = std::array<int64_t, 8>;

// Calls report("what is wrong") for each value outside its rule.
template <Described Struct, class Report>
void check_ranges(const Struct& value, const FieldPath* path, Report&& report);

template <class Value, class Report>
void check_range(const Value& value, const Rule& rule, const FieldPath& path, Report&& report) {
  const auto check = [&](int64_t number, const char* what) {
    if (number < rule.least || number > rule.most)
      report(fmt::format("{} {} {}; allowed: {} to {}", path.spell(), what, number, rule.least,
                         rule.most));
  };
  if constexpr (Described<Value>) {
    check_ranges(value, &path, report);
  } else if constexpr (kIsList<Value>) {
    check(static_cast<int64_t>(value.size()), "has length");
    if constexpr (Described<typename Value::value_type>)
      for (size_t i = 0; i < value.size(); ++i) {
        const FieldPath element{path.parent, path.name, static_cast<int64_t>(i)};
        check_ranges(value[i], &element, report);
      }
  } else if constexpr (std::same_as<Value, PerDim>) {
    for (size_t d = 0; d < value.size(); ++d) {
      const FieldPath element{&path, name_of(kDims[d])};
      check_range(value[d], rule, element, report);
    }
  } else if constexpr (std::same_as<Value, std::string>) {
    check(static_cast<int64_t>(value.size()), "has length");
  } else if constexpr (std::is_enum_v<Value> && !std::same_as<Value, ScalarOp>) {
    if (static_cast<size_t>(value) >= kNames<Value>.size())
      report(fmt::format("{} has no enumerator {}", path.spell(), static_cast<int>(value)));
  } else if constexpr (std::integral<Value> && !std::same_as<Value, bool>) {
    check(static_cast<int64_t>(value), "is");
  }
}

template <Described Struct, class Report>
void check_ranges(const Struct& value, const FieldPath* path, Report&& report) {
  for_each_field<Struct>([&](const auto& f) {
    const FieldPath here{path, f.name};
    check_range(value.*f.member, f.rule, here, report);
  });
}

}  // namespace tilewright::isa
