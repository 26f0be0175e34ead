// evaluate: the price of mappings that someone gives.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compiler/support/hash.h"
#include "tools/cli/exit_status.h"
#include "tools/commands/commands.h"
#include "tools/driver/deliver.h"
#include "tools/driver/terminal.h"
#include "tools/results/json.h"
#include "tools/results/layer_table.h"

namespace tilewright {

int run_evaluate(const MapOptions& options) {
  const Result<Target> target = load_target(options.target);
  if (!target) return report(target.error());
  const Result<std::vector<NamedMapping>> mappings = read_mappings(options.mapping, options.rank);
  if (!mappings) return report(mappings.error());
  const Result<LoadedModel> model = load_model(options.model);
  if (!model) return report(model.error());
  const Result<MappedNetwork> network = price_mappings(
      model->works, *target, *mappings, options.mapping, timing_model_of(options.search));
  if (!network) return report(network.error());
  if (network->layers.size() < model->works.size())
    note(fmt::format("{} maps {} of the model's {} layers; the totals are of those",
                     options.mapping, network->layers.size(), model->works.size()));

  Json document = result_header("evaluate", *model, *target);
  const Result<std::string> hash = content_hash_of_file(options.mapping);
  if (!hash) return report(hash.error());
  document["inputs"]["mapping"] = {{"hash", *hash}};
  document["timing_model"] = options.search.timing_model;
  add_network(document, *target, *network, options.report);
  return deliver(OutputSet(), options.report,
                 print_network(*model, *target, *network, Goal::Latency), print(document), kDone);
}

}  // namespace tilewright
