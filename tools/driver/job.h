// What the commands that map a network start from.
#pragma once

#include <optional>

#include "tools/driver/load.h"
#include "tools/driver/read_constraints.h"

namespace tilewright {

struct Job {
  LoadedModel model;
  Target target;
  std::optional<LoadedConstraints> constraints;  // of --constraints

  const ConstraintFile* constraint_file() const {
    return constraints ? &constraints->file : nullptr;
  }
};

// Fails on options that this version does not have, else on the findings of the target, the model
// or the constraints.
Result<Job> load_job(const MapOptions& options);

}  // namespace tilewright
