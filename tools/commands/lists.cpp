// systems, models, baselines: what ships.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/baselines/baselines.h"
#include "models/networks/networks.h"
#include "models/systems/systems.h"
#include "tools/cli/exit_status.h"
#include "tools/commands/commands.h"
#include "tools/driver/deliver.h"
#include "tools/driver/terminal.h"
#include "tools/results/json.h"
#include "tools/results/table.h"

namespace tilewright {

namespace {

struct Entry {
  std::string name, summary;
};

int print_list(const std::string& command, const std::vector<Entry>& entries,
               const ReportOptions& options) {
  Table table;
  table.column("name");
  table.column("summary");
  Json list = Json::array();
  for (const Entry& e : entries) {
    table.row({e.name, e.summary});
    list.push_back({{"name", e.name}, {"summary", e.summary}});
  }
  Json document = bare_header(command);
  document[command] = std::move(list);
  return deliver(OutputSet(), options, table.print(), print(document), kDone);
}

}  // namespace

int run_systems(const ListOptions& options) {
  std::vector<Entry> entries;
  for (const ShippedSystem& s : shipped_systems()) {
    if (s.name == options.show) {
      const Result<void> printed = print_result(s.yaml);
      return printed ? kDone : report(printed.error());
    }
    entries.push_back({std::string(s.name), std::string(s.summary)});
  }
  if (!options.show.empty()) return report(load_system(options.show).error());
  return print_list("systems", entries, options.report);
}

int run_models(const ListOptions& options) {
  std::vector<Entry> entries;
  for (const NetworkInfo& n : networks()) entries.push_back({n.name, n.summary});
  return print_list("models", entries, options.report);
}

int run_baselines(const ListOptions& options) {
  std::vector<Entry> entries;
  for (const BaselineInfo& b : baselines()) entries.push_back({b.name, b.summary});
  return print_list("baselines", entries, options.report);
}

}  // namespace tilewright
