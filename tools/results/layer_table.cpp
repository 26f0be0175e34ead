#include "tools/results/layer_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/mapping/loop_nest.h"
#include "tools/results/mapping_words.h"
#include "tools/results/measure.h"
#include "tools/results/numbers.h"
#include "tools/results/table.h"

namespace tilewright {

namespace {

double share(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string search_words(const MappedNetwork& network, Goal goal) {
  size_t proven = 0, outside = 0;
  double gap = 0;
  for (const MappedLayer& layer : network.layers) {
    proven += layer.search.proven_optimal ? 1 : 0;
    outside += layer.search.from_outside ? 1 : 0;
    gap = std::max(gap, layer.search.gap);
  }
  std::string text =
      fmt::format("{} of {} layers {}", proven, network.layers.size(), proven_words(goal));
  if (proven < network.layers.size()) text += fmt::format("; the largest gap is {}", percent(gap));
  if (outside > 0)
    text += fmt::format("\nseed       {} of {} layers keep a seed that this space does not hold",
                        outside, network.layers.size());
  return text;
}

}  // namespace

std::string print_classes(const Cost& cost) {
  std::string text;
  for (int k = 0; k < kCostClasses; ++k) {
    const auto c = static_cast<CostClass>(k);
    if (cost[c] == 0) continue;
    text += (text.empty() ? "" : ", ") +
            fmt::format("{} {}", name_of(c), percent(share(cost[c], cost.cycles)));
  }
  return text;
}

std::string print_others(const Target& target, const MappedNetwork& network) {
  using Align = Table::Align;
  Table table;
  table.column("layer");
  table.column("rank", Align::Right);
  table.column("cycles", Align::Right);
  table.column("of best", Align::Right);
  table.column("mapping");
  bool any = false;
  for (const MappedLayer& layer : network.layers)
    for (size_t k = 0; k < layer.others.size(); ++k) {
      any = true;
      const MappedLayer& other = layer.others[k];
      const LoopNest nest = lower(other.work, target.system, target.info, other.dsc);
      table.row({layer.work.name, fmt::format("{}", k + 2), grouped(other.cycles()),
                 percent(share(other.cycles(), layer.cycles())),
                 mapping_words(other.work, other.dsc, nest)});
    }
  return any ? "\n" + table.print() : "";
}

std::string print_within(const std::optional<LoadedConstraints>& constraints) {
  return constraints ? fmt::format("within     the constraints of {}: proven means within these\n",
                                   constraints->name)
                     : "";
}

std::string print_network(const LoadedModel& model, const Target& target,
                          const MappedNetwork& network, Goal goal) {
  using Align = Table::Align;
  const int64_t cycles = network.cycles(), femtojoules = network.energy_femtojoules();
  const bool energy = goal != Goal::Latency;
  Table table;
  table.column("layer");
  table.column("op");
  table.column("primitive");
  table.column("cycles", Align::Right);
  table.column("share", Align::Right);
  if (energy) table.column("energy", Align::Right);
  if (energy) table.column("share", Align::Right);
  table.column("bound by");
  table.column("util", Align::Right);
  table.column("mapping");
  for (const MappedLayer& layer : network.layers) {
    const LoopNest nest = lower(layer.work, target.system, target.info, layer.dsc);
    const bool array = layer.work.kind == WorkKind::Array;
    std::vector<std::string> row = {layer.work.name, layer.work.op, layer.work.primitive,
                                    grouped(layer.cycles()),
                                    percent(share(layer.cycles(), cycles))};
    if (energy) {
      row.push_back(print_amount(Goal::Energy, amount_of(layer), target.system.clock_hz));
      row.push_back(percent(share(layer.energy.total(), femtojoules)));
    }
    row.insert(row.end(),
               {std::string(name_of(layer.price.bottleneck)),
                array ? percent(utilization(layer.work.macs(), layer.cycles(), target)) : "-",
                mapping_words(layer.work, layer.dsc, nest)});
    table.row(std::move(row));
  }
  std::string text =
      fmt::format("{} on {}, {}{}, {} cores\n\n", model.name, target.system.name, target.precision,
                  priced_only(target) ? " (priced only)" : "", target.system.chip.cores);
  text += table.print();
  const double seconds = static_cast<double>(cycles) / static_cast<double>(target.system.clock_hz);
  text += fmt::format("\ntotal      {} cycles = {} at {:.2f} GHz\n", grouped(cycles),
                      duration(seconds), static_cast<double>(target.system.clock_hz) * 1e-9);
  text +=
      fmt::format("work       {} MACs, utilization {} of the chip's peak\n",
                  grouped(network.macs()), percent(utilization(network.macs(), cycles, target)));
  if (has_energy(target.system, target.info))
    text += fmt::format("energy     {:.2f} uJ, by the system's table\n",
                        static_cast<double>(femtojoules) * 1e-9);
  text += fmt::format("cycles are {}\n", print_classes(network.cost()));
  if (energy) text += fmt::format("energy is {}\n", print_parts(network.energy()));
  text += fmt::format("search     {}\n", search_words(network, goal));
  return text;
}

}  // namespace tilewright
