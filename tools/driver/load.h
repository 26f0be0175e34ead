// The way in: a model file to a mapped-to-be graph and its layers, a system name to a target.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/arch/system.h"
#include "compiler/ir/graph.h"
#include "compiler/mapping/work.h"
#include "tools/cli/options.h"

namespace tilewright {

struct LoadedModel {
  std::string name;         // of the graph, else the file's
  std::string file;         // without its folder
  std::string hash;         // content_hash of the file
  Graph imported;           // as the model says
  Graph graph;              // after the transforms for inference
  std::vector<Work> works;  // the layers of `graph`, in order
};

// Import, transforms and layer descriptions; --dump-after prints graphs on stderr on the way.
Result<LoadedModel> load_model(const ModelOptions& options);
// Import alone: works stay empty and `graph` equals `imported`.
Result<LoadedModel> import_only(const ModelOptions& options);

struct Target {
  System system;
  std::string hash;  // content_hash of its printed form
  std::string precision;
  PrecisionInfo info;
};
Result<Target> load_target(const TargetOptions& options);
// No program computes the precision: mappings are priced, not emitted.
bool priced_only(const Target& target);

// "NAME=FILE" (or FILE alone, named by the file itself or as the only one of `names`) to tensors.
Result<std::map<std::string, Tensor>> read_tensors(const std::vector<std::string>& options,
                                                   const std::string& flag,
                                                   const std::vector<std::string>& names);

}  // namespace tilewright
