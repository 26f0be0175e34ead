// compare: the best mapping against hand-tuned baselines, layer by layer and in all.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/baselines/baselines.h"
#include "tools/cli/exit_status.h"
#include "tools/commands/commands.h"
#include "tools/driver/deliver.h"
#include "tools/driver/job.h"
#include "tools/driver/terminal.h"
#include "tools/results/json.h"
#include "tools/results/measure.h"
#include "tools/results/numbers.h"
#include "tools/results/table.h"

namespace tilewright {

namespace {

struct Baseline {
  std::string name;
  MappedNetwork network;
};

Result<Baseline> shipped(const std::string& name, const LoadedModel& model, const Target& target) {
  Baseline baseline{name, {}};
  Diagnostics findings;
  for (const Work& work : model.works) {
    const Result<RapidDsc> dsc = baseline_mapping(name, work, target.system, target.info);
    if (dsc)
      baseline.network.layers.push_back(price_layer(work, target, *dsc));
    else
      findings.insert(findings.end(), dsc.error().begin(), dsc.error().end());
  }
  if (!findings.empty()) return fail(std::move(findings));
  return baseline;
}

Result<Baseline> from_file(const std::string& path, const LoadedModel& model,
                           const Target& target) {
  const Result<std::vector<NamedMapping>> mappings = read_mappings(path);
  if (!mappings) return fail(mappings.error());
  Result<MappedNetwork> network = price_mappings(model.works, target, *mappings, path);
  if (!network) return fail(network.error());
  if (network->layers.size() == model.works.size()) return Baseline{path, std::move(*network)};
  std::string missing;
  for (const Work& work : model.works) {
    const auto& layers = network->layers;
    if (std::none_of(layers.begin(), layers.end(),
                     [&](const MappedLayer& layer) { return layer.work.name == work.name; }))
      missing += (missing.empty() ? "'" : ", '") + work.name + "'";
  }
  return bad_input(path, fmt::format("maps {} of {} layers; without a mapping: {}",
                                     network->layers.size(), model.works.size(), missing));
}

bool ships(const std::string& name) {
  const auto& all = baselines();
  return std::any_of(all.begin(), all.end(),
                     [&](const BaselineInfo& info) { return info.name == name; });
}

Result<std::vector<Baseline>> load_baselines(std::vector<std::string> names,
                                             const LoadedModel& model, const Target& target) {
  if (names.empty()) names = {"planner-rule"};
  std::vector<Baseline> all;
  Diagnostics findings;
  for (const std::string& name : names) {
    Result<Baseline> baseline =
        ships(name) ? shipped(name, model, target) : from_file(name, model, target);
    if (baseline)
      all.push_back(std::move(*baseline));
    else
      findings.insert(findings.end(), baseline.error().begin(), baseline.error().end());
  }
  if (!findings.empty()) return fail(std::move(findings));
  return all;
}

std::string print(const MappedNetwork& best, const std::vector<Baseline>& all, Goal goal,
                  int64_t clock_hz) {
  using Align = Table::Align;
  Table table;
  table.column("layer");
  table.column("op");
  table.column("best", Align::Right);
  for (const Baseline& b : all) {
    table.column(b.name, Align::Right);
    table.column(goal == Goal::Latency ? "speedup" : "gain", Align::Right);
  }
  auto row = [&](std::string name, std::string op, const Amount& least, auto&& of) {
    std::vector<std::string> cells = {std::move(name), std::move(op),
                                      print_amount(goal, least, clock_hz)};
    for (const Baseline& b : all) {
      cells.push_back(print_amount(goal, of(b), clock_hz));
      cells.push_back(times(ratio(goal, of(b), least)));
    }
    table.row(std::move(cells));
  };
  for (size_t k = 0; k < best.layers.size(); ++k)
    row(best.layers[k].work.name, best.layers[k].work.op, amount_of(best.layers[k]),
        [k](const Baseline& b) { return amount_of(b.network.layers[k]); });
  table.rule();
  row("total", "", amount_of(best), [](const Baseline& b) { return amount_of(b.network); });
  return table.print();
}

void add_to(Json& document, const MappedNetwork& best, const std::vector<Baseline>& all, Goal goal,
            const Target& target) {
  const auto energy_of = [&](const Amount& amount) {
    return energy_json(target, amount.femtojoules);
  };
  Json baselines_json = Json::array(), layers = Json::array();
  for (const Baseline& b : all)
    baselines_json.push_back(
        {{"name", b.name},
         {"cycles", b.network.cycles()},
         {"speedup", ratio(Goal::Latency, amount_of(b.network), amount_of(best))},
         {"energy_pj", energy_of(amount_of(b.network))},
         {"gain", ratio(goal, amount_of(b.network), amount_of(best))}});
  for (size_t k = 0; k < best.layers.size(); ++k) {
    const MappedLayer& layer = best.layers[k];
    Json rows = Json::array();
    for (const Baseline& b : all) {
      const MappedLayer& other = b.network.layers[k];
      rows.push_back({{"name", b.name},
                      {"cycles", other.cycles()},
                      {"speedup", ratio(Goal::Latency, amount_of(other), amount_of(layer))},
                      {"energy_pj", energy_of(amount_of(other))},
                      {"gain", ratio(goal, amount_of(other), amount_of(layer))},
                      {"breakdown", breakdown_json(other.price.cost)}});
    }
    layers.push_back({{"name", layer.work.name},
                      {"op", layer.work.op},
                      {"primitive", layer.work.primitive},
                      {"cycles", layer.cycles()},
                      {"energy_pj", energy_of(amount_of(layer))},
                      {"proven_optimal", layer.search.proven_optimal},
                      {"breakdown", breakdown_json(layer.price.cost)},
                      {"baselines", std::move(rows)}});
  }
  document["baselines"] = std::move(baselines_json);
  document["ablation"] = Json::array();  // tools/README.md: none in this version
  document["layers"] = std::move(layers);
}

}  // namespace

int run_compare(const MapOptions& options) {
  const Result<Job> job = load_job(options);
  if (!job) return report(job.error());
  const LoadedModel& model = job->model;
  const Target& target = job->target;
  const Result<std::vector<Baseline>> all = load_baselines(options.baselines, model, target);
  if (!all) return report(all.error());
  const Result<MappedNetwork> best = search_mappings(model.works, target, options.search);
  if (!best) return report(best.error());

  const Goal goal = objective_of(options.search, target).goal;
  Json document = result_header("compare", model, target, options.search.objective);
  document["totals"] = totals_json(target, *best);
  add_to(document, *best, *all, goal, target);
  const std::string title = fmt::format(
      "{} on {}, {}: {}\n\n", model.name, target.system.name, target.precision,
      goal == Goal::Latency ? "cycles" : (goal == Goal::Energy ? "energy" : "energy times delay"));
  return deliver(OutputSet(), options.report,
                 title + print(*best, *all, goal, target.system.clock_hz), print(document),
                 best->stopped ? kStopped : kDone);
}

}  // namespace tilewright
