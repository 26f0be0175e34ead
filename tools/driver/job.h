// What the commands that map a network start from.
#pragma once

#include <optional>

#include "tools/driver/load.h"
#include "tools/driver/mapped_network.h"
#include "tools/driver/read_constraints.h"

namespace tilewright {

// Legal mappings of layers of the model.
struct LoadedSeeds {
  std::vector<NamedMapping> mappings;
  std::string name;  // of the file, without its folder
  std::string hash;  // content_hash of its text
};

struct Job {
  LoadedModel model;
  Target target;
  std::optional<LoadedConstraints> constraints;  // of --constraints
  std::optional<LoadedSeeds> seeds;              // of --seed-mapping

  const ConstraintFile* constraint_file() const {
    return constraints ? &constraints->file : nullptr;
  }
  std::vector<NamedMapping> seed_mappings() const {
    return seeds ? seeds->mappings : std::vector<NamedMapping>{};
  }
};

// Fails on options that this version does not have, else on the findings of the target, the model,
// the constraints or the seeds.
Result<Job> load_job(const MapOptions& options);

}  // namespace tilewright
