// map: the best mapping of each layer, without programs.
#include <nlohmann/json.hpp>

#include "tools/cli/exit_status.h"
#include "tools/commands/commands.h"
#include "tools/driver/certify.h"
#include "tools/driver/deliver.h"
#include "tools/driver/fronts.h"
#include "tools/driver/job.h"
#include "tools/driver/terminal.h"
#include "tools/results/front_text.h"
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

Json header_of(const Job& job, const SearchFlags& search, const std::string& objective) {
  Json document = result_header("map", job.model, job.target, objective);
  document["timing_model"] = search.timing_model;
  add_inputs(document, job);
  return document;
}

int run_fronts(const MapOptions& options, const Job& job) {
  const Result<NetworkFronts> fronts =
      search_fronts(job.model.works, job.target, options.search, job.constraint_file());
  if (!fronts) return report(fronts.error());
  Json document = header_of(job, options.search, "pareto");
  add_fronts(document, job.target, *fronts);
  OutputSet files;
  if (!options.out.empty())
    files.add(options.out, print_plans(plans_of(job.model, job.target, *fronts)));
  const std::string text =
      print_fronts(job.model, job.target, *fronts) + print_within(job.constraints);
  return deliver(std::move(files), options.report, text, print(document),
                 fronts->complete() ? kDone : kStopped);
}

}  // namespace

int run_map(const MapOptions& options) {
  const Result<Job> job = load_job(options);
  if (!job) return report(job.error());
  if (!options.search.pareto.empty()) return run_fronts(options, *job);
  const LoadedModel& model = job->model;
  const Target& target = job->target;
  const Result<MappedNetwork> network = search_mappings(
      model.works, target, options.search, job->constraint_file(), job->seed_mappings());
  if (!network) return report(network.error());

  const Goal goal = objective_of(options.search, target).goal;
  Json document = header_of(*job, options.search, options.search.objective);
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
