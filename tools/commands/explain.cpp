// explain: why a mapping costs what it costs, or every reason why it is illegal.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compiler/mapping/rejection.h"
#include "compiler/support/near_miss.h"
#include "tools/cli/exit_status.h"
#include "tools/commands/commands.h"
#include "tools/driver/deliver.h"
#include "tools/driver/job.h"
#include "tools/driver/terminal.h"
#include "tools/driver/what_if.h"
#include "tools/results/json.h"
#include "tools/results/layer_table.h"
#include "tools/results/mapping_words.h"
#include "tools/results/measure.h"
#include "tools/results/numbers.h"
#include "tools/results/table.h"
#include "tools/results/waveform_text.h"

namespace tilewright {

namespace {

constexpr int64_t kTilesDrawn = 4, kBlocksDrawn = 8;  // of the waveform
constexpr int kColumns = 100;

struct Explanation {
  std::string text;
  Json layers = Json::array();
  int status = kDone;
};

std::string cost_text(const Cost& cost) {
  std::string text = "cycles by class:     " + print_classes(cost) + "\ncycles by resource:  ";
  bool first = true;
  for (int k = 0; k < kResources; ++k) {
    const int64_t n = cost.charged[static_cast<size_t>(k)];
    if (n == 0) continue;
    text +=
        fmt::format("{}{} {}", first ? "" : ", ", name_of(static_cast<Resource>(k)), grouped(n));
    first = false;
  }
  return text + "\n";
}

std::string layer_text(const MappedLayer& layer, const Target& target, Goal goal) {
  const LoopNest nest = lower(layer.work, target.system, target.info, layer.dsc);
  std::string text =
      fmt::format("layer '{}' ({}, {}): {} cycles, bound by {}\n", layer.work.name, layer.work.op,
                  layer.work.primitive, grouped(layer.cycles()), name_of(layer.price.bottleneck));
  text += mapping_words(layer.work, layer.dsc, nest) + "\n\n" + print(nest) + "\n";
  text += cost_tree(layer.work, target, layer.dsc) + "\n";
  const Waveform drawn =
      waveform(layer.work, target.system, target.info, layer.dsc, kTilesDrawn, kBlocksDrawn);
  text += draw(drawn, kColumns) + "\n" + cost_text(layer.price.cost);
  text += "bytes per link:      ";
  bool first = true;
  for (const auto& [link, bytes] : layer.link_bytes) {
    text += fmt::format("{}{} {}", first ? "" : ", ", link, grouped(bytes));
    first = false;
  }
  if (has_energy(target.system, target.info))
    text += fmt::format("\nenergy by part:      {}, of {}", print_parts(layer.energy),
                        print_amount(Goal::Energy, amount_of(layer), target.system.clock_hz));
  text += fmt::format("\nno mapping is below: {} cycles (MACs, functions and bytes, each once)\n",
                      grouped(layer.lower_bound_cycles));
  if (layer.search.space != "1")
    text += fmt::format("search:              {} of {} mappings priced; {}\n",
                        grouped(layer.search.evaluated), layer.search.space,
                        layer.search.proven_optimal
                            ? proven_words(goal)
                            : fmt::format("not proven optimal, gap {}", percent(layer.search.gap)));
  return text;
}

void add_legal(Explanation& all, const MappedLayer& layer, const Target& target, Goal goal) {
  all.text += (all.text.empty() ? "" : "\n") + layer_text(layer, target, goal);
  all.layers.push_back({{"name", layer.work.name},
                        {"legal", true},
                        {"cycles", layer.cycles()},
                        {"bottleneck", name_of(layer.price.bottleneck)},
                        {"breakdown", breakdown_json(layer.price.cost)},
                        {"energy_breakdown_pj", energy_breakdown_json(target, layer.energy)},
                        {"link_bytes", link_bytes_json(layer.link_bytes)},
                        {"rapid_dsc", rapid_dsc_json(layer.dsc)}});
}

void add_illegal(Explanation& all, const Work& work, const std::vector<Rejection>& reasons) {
  all.text += fmt::format("{}layer '{}' ({}): the mapping is illegal\n",
                          all.text.empty() ? "" : "\n", work.name, work.op);
  Json list = Json::array();
  for (const Rejection& r : reasons) {
    all.text += "  " + to_string(r) + "\n";
    list.push_back({{"text", to_string(r)}, {"required", r.required}, {"available", r.available}});
  }
  all.layers.push_back({{"name", work.name}, {"legal", false}, {"rejections", std::move(list)}});
  all.status = kNegativeAnswer;
}

// What would lift the bottleneck: of one layer only, for it searches once per answer.
Result<Explanation> with_doublings(Explanation all, const MappedLayer& layer, const Target& target,
                                   const SearchFlags& flags) {
  const Result<std::vector<WhatIf>> answers = what_if(layer, target, flags);
  if (!answers) return fail(answers.error());
  Table table;
  table.column("if doubled");
  table.column("this mapping", Table::Align::Right);
  table.column("best mapping", Table::Align::Right);
  const Goal goal = objective_of(flags, target).goal;
  table.column(goal == Goal::Latency ? "speedup" : "gain", Table::Align::Right);
  const auto amount = [&](const MappedLayer& l) {
    return print_amount(goal, amount_of(l), target.system.clock_hz);
  };
  Json list = Json::array();
  for (const WhatIf& a : *answers) {
    const bool proven = a.best.search.proven_optimal;
    table.row({a.doubled, a.same ? amount(*a.same) : "-",
               amount(a.best) + (proven ? "" : " (not proven)"),
               times(ratio(goal, amount_of(layer), amount_of(a.best)))});
    list.push_back({{"doubled", a.doubled},
                    {"same_mapping_cycles", a.same ? Json(a.same->cycles()) : Json(nullptr)},
                    {"best_cycles", a.best.cycles()},
                    {"best_energy_pj", energy_json(target, a.best.energy.total())},
                    {"proven_optimal", proven}});
  }
  all.text += "\n" + table.print();
  all.layers[0]["if_doubled"] = std::move(list);
  return all;
}

Result<Explanation> explain_given(const std::vector<Work>& works, const Target& target,
                                  const std::string& path, const SearchFlags& flags) {
  const Result<std::vector<NamedMapping>> mappings = read_mappings(path);
  if (!mappings) return fail(mappings.error());
  Explanation all;
  for (const Work& work : works) {
    const auto found = std::find_if(mappings->begin(), mappings->end(),
                                    [&](const NamedMapping& m) { return m.layer == work.name; });
    if (found == mappings->end()) continue;
    const auto reasons = rejections(work, target.system, target.info, found->dsc);
    if (!reasons.empty()) {
      add_illegal(all, work, reasons);
      continue;
    }
    const MappedLayer layer = price_layer(work, target, found->dsc);
    add_legal(all, layer, target, objective_of(flags, target).goal);
    if (works.size() == 1) return with_doublings(std::move(all), layer, target, flags);
  }
  if (all.text.empty()) return bad_input(path, "maps none of the layers asked for");
  return all;
}

Result<Explanation> explain_best(const std::vector<Work>& works, const Target& target,
                                 const SearchFlags& flags) {
  const Result<MappedNetwork> network = search_mappings(works, target, flags);
  if (!network) return fail(network.error());
  Explanation all;
  for (const MappedLayer& layer : network->layers)
    add_legal(all, layer, target, objective_of(flags, target).goal);
  if (network->stopped) all.status = kStopped;
  if (works.size() == 1 && !network->stopped)
    return with_doublings(std::move(all), network->layers[0], target, flags);
  return all;
}

// The layers to explain: all, or the one named.
Result<std::vector<Work>> chosen(const LoadedModel& model, const std::string& layer) {
  if (layer.empty()) return model.works;
  std::vector<std::string> names;
  for (const Work& work : model.works) {
    if (work.name == layer) return std::vector<Work>{work};
    names.push_back(work.name);
  }
  return bad_input("--layer " + layer, "the model has no such layer", near_miss_hint(layer, names));
}

}  // namespace

int run_explain(const MapOptions& options) {
  const Result<Job> job = load_job(options);
  if (!job) return report(job.error());
  const LoadedModel& model = job->model;
  const Target& target = job->target;
  const Result<std::vector<Work>> works = chosen(model, options.layer);
  if (!works) return report(works.error());
  Result<Explanation> all = options.mapping.empty()
                                ? explain_best(*works, target, options.search)
                                : explain_given(*works, target, options.mapping, options.search);
  if (!all) return report(all.error());
  Json document = result_header("explain", model, target, options.search.objective);
  document["explanation"] = std::move(all->layers);
  return deliver(OutputSet(), options.report, all->text, print(document), all->status);
}

}  // namespace tilewright
