// A layer's Work as a YAML tree: enough to map, price and emit it without its model.
#pragma once

#include "compiler/mapping/work.h"
#include "compiler/support/yaml.h"
#include "compiler/support/yaml_reader.h"

namespace tilewright {

// Bounds on what a file may say of a layer; real ones stay far below.
inline constexpr int64_t kMostPoints = int64_t{1} << 50;
inline constexpr int64_t kMostElems = int64_t{1}
                                      << 36;  // of an operand, holes and padding included

YamlNode to_yaml(const Work& work);

// read_work(to_yaml(w)) == w, but for which values of a graph the operands are. Reports into
// `reader`; what it returns is complete, and sound by itself, only when nothing was reported.
Work read_work(YamlReader& reader, const YamlNode& node);

}  // namespace tilewright
