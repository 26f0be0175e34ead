// Plan: the whole network mapped, layer after layer, with what the model says of each.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/mapping/rapid_dsc.h"
#include "compiler/support/result.h"

namespace tilewright {

struct PlannedLayer {
  std::string layer;  // Work::name
  RapidDsc dsc;
  int64_t cycles = 0;                         // modelled
  std::map<std::string, int64_t> link_bytes;  // modelled: "external", "array_in", ...
  bool operator==(const PlannedLayer&) const = default;
};

struct Plan {
  std::string model;                 // name of the graph
  std::string system;                // name
  std::string precision;             // "fp16", "fp32"
  std::vector<PlannedLayer> layers;  // in order of execution; layers are separated by a barrier
  bool operator==(const Plan&) const = default;
};

// parse_plan(print_plan(p)) == p
std::string print_plan(const Plan& plan);
Result<Plan> parse_plan(std::string_view yaml, const std::string& where);

}  // namespace tilewright
