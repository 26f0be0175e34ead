// RapidDsc as YAML, the form people write hand-tuned mappings in; parse(print(d)) == d.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/mapping/rapid_dsc.h"
#include "compiler/support/result.h"

namespace tilewright {

// A mapping file: one mapping per layer, by the layer's name.
struct NamedMapping {
  std::string layer;
  RapidDsc dsc;
  bool operator==(const NamedMapping&) const = default;
};

Result<std::vector<NamedMapping>> parse_mappings(std::string_view yaml, const std::string& where);
std::string print_mappings(const std::vector<NamedMapping>& mappings);

// One mapping alone, as a YAML map.
Result<RapidDsc> parse_rapid_dsc(std::string_view yaml, const std::string& where);
std::string print_rapid_dsc(const RapidDsc& dsc);

}  // namespace tilewright
