#include "tools/driver/job.h"

#include "tools/driver/mapped_network.h"

namespace tilewright {

Result<Job> load_job(const MapOptions& options) {
  if (Diagnostics missing = not_in_this_version(options.search); !missing.empty())
    return fail(std::move(missing));
  Result<Target> target = load_target(options.target);
  if (!target) return fail(target.error());
  Result<LoadedModel> model = load_model(options.model);
  if (!model) return fail(model.error());
  Job job{std::move(*model), std::move(*target), std::nullopt};
  if (const std::string& path = options.search.constraints; !path.empty()) {
    Result<LoadedConstraints> constraints = read_constraints(path, job.model, job.target);
    if (!constraints) return fail(constraints.error());
    job.constraints = std::move(*constraints);
  }
  return job;
}

}  // namespace tilewright
