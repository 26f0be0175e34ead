// RapidDsc as a YAML tree: what the text forms of mappings and of plans share.
#pragma once

#include "compiler/mapping/rapid_dsc.h"
#include "compiler/support/yaml.h"
#include "compiler/support/yaml_reader.h"

namespace tilewright {

// Bounds on what a file may say; a mapping of a real layer stays far below.
inline constexpr int64_t kMostExtent = int64_t{1} << 40;
inline constexpr size_t kMostPlannedLayers = 1'000'000;

YamlNode to_yaml(const RapidDsc& dsc);

// Reports into `reader`; what it returns is complete only when nothing was reported.
RapidDsc read_rapid_dsc(YamlReader& reader, const YamlNode& node);

}  // namespace tilewright
