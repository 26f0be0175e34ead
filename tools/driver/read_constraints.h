// The file of --constraints, checked against the layers that it speaks of.
#pragma once

#include "dse/space/clause.h"
#include "tools/driver/load.h"

namespace tilewright {

struct LoadedConstraints {
  ConstraintFile file;
  std::string name;  // of the file, without its folder
  std::string hash;  // content_hash of its text
};

// Fails on what is no constraints file, on layers that the model does not have, and on constraints
// that leave a layer no mapping at all.
Result<LoadedConstraints> read_constraints(const std::string& path, const LoadedModel& model,
                                           const Target& target);

}  // namespace tilewright
