// map: the best mapping of each layer, without programs.
#include <nlohmann/json.hpp>

#include "tools/cli/exit_status.h"
#include "tools/commands/commands.h"
#include "tools/driver/certify.h"
#include "tools/driver/deliver.h"
#include "tools/driver/job.h"
#include "tools/driver/terminal.h"
#include "tools/results/json.h"
#include "tools/results/layer_table.h"

namespace tilewright {

namespace {

// By rank, documents of one file.
std::string print_plans(const std::vector<Plan>& plans) {
  std::string text;
  for (const Plan& plan : plans) text += (text.empty() ? "" : "---\n") + print_plan(plan);
  return text;
}

}  // namespace

int run_map(const MapOptions& options) {
  const Result<Job> job = load_job(options);
  if (!job) return report(job.error());
  const LoadedModel& model = job->model;
  const Target& target = job->target;
  const Result<MappedNetwork> network = search_mappings(
      model.works, target, options.search, job->constraint_file(), job->seed_mappings());
  if (!network) return report(network.error());

  const Goal goal = objective_of(options.search, target).goal;
  Json document = result_header("map", model, target, options.search.objective);
  document["timing_model"] = options.search.timing_model;
  if (job->constraints)
    add_input(document, "constraints", job->constraints->name, job->constraints->hash);
  if (job->seeds) add_input(document, "seed_mapping", job->seeds->name, job->seeds->hash);
  add_network(document, target, *network, options.report);
  OutputSet files;
  if (!options.out.empty()) files.add(options.out, print_plans(plans_of(model, target, *network)));
  if (const std::string& path = options.search.certificate; !path.empty())
    files.add(path, certify(*network, target, static_cast<int>(options.search.jobs)));
  const std::string text = print_network(model, target, *network, goal) +
                           print_within(job->constraints) + print_others(target, *network);
  return deliver(std::move(files), options.report, text, print(document),
                 network->stopped ? kStopped : kDone);
}

}  // namespace tilewright
