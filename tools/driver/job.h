// What the commands that map a network start from.
#pragma once

#include "tools/driver/load.h"

namespace tilewright {

struct Job {
  LoadedModel model;
  Target target;
};

// Fails on options that this version does not have, else on the target's or the model's findings.
Result<Job> load_job(const MapOptions& options);

}  // namespace tilewright
