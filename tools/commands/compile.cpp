// compile: a model to a mapped network and the accelerator's programs.
#include <nlohmann/json.hpp>

#include "backend/asm/container.h"
#include "backend/emit/emit.h"
#include "tools/cli/exit_status.h"
#include "tools/commands/commands.h"
#include "tools/driver/certify.h"
#include "tools/driver/deliver.h"
#include "tools/driver/job.h"
#include "tools/driver/terminal.h"
#include "tools/results/json.h"
#include "tools/results/layer_table.h"

namespace tilewright {

int run_compile(const MapOptions& options) {
  const Result<Job> job = load_job(options);
  if (!job) return report(job.error());
  const LoadedModel& model = job->model;
  const Target& target = job->target;
  if (const auto format = data_format(target.system, target.precision); !format)
    return report(format.error());
  const Result<MappedNetwork> network = search_mappings(
      model.works, target, options.search, job->constraint_file(), job->seed_mappings());
  if (!network) return report(network.error());
  const Plan plan = plan_of(model, target, *network);
  const Result<Program> program = emit(model.graph, target.system, target.precision, plan);
  if (!program) return report(program.error());

  Result<std::string> bytes = serialize(*program);
  if (!bytes) return report(bytes.error());

  const Goal goal = objective_of(options.search, target).goal;
  Json document = result_header("compile", model, target, options.search.objective);
  add_inputs(document, *job);
  add_network(document, target, *network, options.report);
  const std::string json = print(document);
  OutputSet files(options.out);
  files.add_in_folder("program.pb", std::move(*bytes));
  files.add_in_folder("plan.yaml", print_plan(plan));
  files.add_in_folder("result.json", json);
  if (const std::string& path = options.search.certificate; !path.empty())
    files.add(path, certify(*network, target, static_cast<int>(options.search.jobs)));
  const std::string text = print_network(model, target, *network, goal) +
                           print_within(job->constraints) + "written    " + options.out +
                           "/{program.pb, plan.yaml, result.json}\n";
  return deliver(std::move(files), options.report, text, json, network->stopped ? kStopped : kDone);
}

}  // namespace tilewright
