#include "tools/driver/job.h"

#include <filesystem>

#include "compiler/support/hash.h"
#include "compiler/support/yaml_file.h"
#include "tools/driver/certify.h"

namespace tilewright {

namespace {

// Fails on layers that the model does not have and on what is illegal.
Result<LoadedSeeds> read_seeds(const std::string& path, const LoadedModel& model,
                               const Target& target) {
  const Result<std::string> text = read_yaml_file(path);
  if (!text) return fail(text.error());
  Result<std::vector<NamedMapping>> mappings = read_mappings(path);
  if (!mappings) return fail(mappings.error());
  if (const auto legal = price_mappings(model.works, target, *mappings, path); !legal)
    return fail(legal.error());
  return LoadedSeeds{std::move(*mappings), std::filesystem::path(path).filename().string(),
                     content_hash(*text)};
}

}  // namespace

Result<Job> load_job(const MapOptions& options) {
  if (Diagnostics missing = not_in_this_version(options.search); !missing.empty())
    return fail(std::move(missing));
  Result<Target> target = load_target(options.target);
  if (!target) return fail(target.error());
  if (auto certifiable = check_certifiable(options.search, *target); !certifiable)
    return fail(certifiable.error());
  Result<LoadedModel> model = load_model(options.model);
  if (!model) return fail(model.error());
  Job job{std::move(*model), std::move(*target), std::nullopt, std::nullopt};
  if (const std::string& path = options.search.constraints; !path.empty()) {
    Result<LoadedConstraints> constraints = read_constraints(path, job.model, job.target);
    if (!constraints) return fail(constraints.error());
    job.constraints = std::move(*constraints);
  }
  if (const std::string& path = options.search.seed_mapping; !path.empty()) {
    Result<LoadedSeeds> seeds = read_seeds(path, job.model, job.target);
    if (!seeds) return fail(seeds.error());
    job.seeds = std::move(*seeds);
  }
  return job;
}

}  // namespace tilewright
