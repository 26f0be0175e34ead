// audit: whether a certificate holds.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compiler/support/files.h"
#include "compiler/support/hash.h"
#include "dse/audit/check.h"
#include "tools/cli/exit_status.h"
#include "tools/commands/commands.h"
#include "tools/driver/deliver.h"
#include "tools/driver/terminal.h"
#include "tools/results/json.h"
#include "tools/results/numbers.h"
#include "tools/results/table.h"

namespace tilewright {

namespace {

std::string words(const audit::LayerCertificate& layer, const audit::LayerAudit& audit) {
  if (audit.refuted) return "refuted: " + *audit.refuted;
  return layer.bound == layer.cycles ? "holds: proven best" : "holds: the bound, with a gap";
}

Json layer_json(const audit::LayerCertificate& layer, const audit::LayerAudit& audit) {
  return {
      {"layers", layer.names},        {"cycles", layer.cycles},
      {"bound_cycles", layer.bound},  {"divisions", audit.divisions},
      {"closed_parts", audit.closed}, {"tiles", audit.tiles},
      {"holds", !audit.refuted},      {"refuted", audit.refuted ? Json(*audit.refuted) : Json()}};
}

}  // namespace

int run_audit(const AuditOptions& options) {
  const Result<std::string> text = read_file(options.certificate);
  if (!text) return report(text.error());
  const Result<audit::Certificate> certificate =
      audit::parse_certificate(*text, options.certificate);
  if (!certificate) return report(certificate.error());

  const auto audits = audit::check(*certificate, static_cast<int>(options.jobs));
  Table table;
  table.column("layer");
  table.column("cycles", Table::Align::Right);
  table.column("bound", Table::Align::Right);
  table.column("divisions", Table::Align::Right);
  table.column("parts closed", Table::Align::Right);
  table.column("tiles", Table::Align::Right);
  table.column("");
  if (certificate->altered)
    note(options.certificate +
         ": the text was changed after it was written: its digest does not fit");
  size_t refuted = 0;
  Json layers = Json::array();
  for (size_t k = 0; k < audits.size(); ++k) {
    const audit::LayerCertificate& layer = certificate->layers[k];
    const audit::LayerAudit& audit = audits[k];
    refuted += audit.refuted ? 1 : 0;
    std::string name = layer.names.empty() ? "-" : layer.names.front();
    if (layer.names.size() > 1) name += fmt::format(" + {}", layer.names.size() - 1);
    table.row({name, grouped(layer.cycles), grouped(layer.bound), grouped(audit.divisions),
               grouped(audit.closed), grouped(audit.tiles), words(layer, audit)});
    layers.push_back(layer_json(layer, audit));
  }
  Json document = bare_header("audit");
  document["inputs"] = {{"certificate", {{"hash", content_hash(*text)}}}};
  const bool holds = refuted == 0 && !certificate->altered;
  document["altered"] = certificate->altered;
  document["holds"] = holds;
  document["layers"] = std::move(layers);
  std::string out = fmt::format("{} in {}, {} cores\n\n", certificate->system.name,
                                certificate->precision, certificate->system.chip.cores) +
                    table.print();
  if (holds)
    out += fmt::format(
        "\nholds      {} of {} distinct layers, under the cycle model; no mapping in which nothing "
        "bypasses Lx takes fewer cycles than 'bound'\n",
        audits.size(), audits.size());
  else
    out += fmt::format("\nrefuted    {} of {} distinct layers{}\n", refuted, audits.size(),
                       certificate->altered ? "; the text was changed" : "");
  return deliver(OutputSet(), options.report, out, print(document),
                 holds ? kDone : kNegativeAnswer);
}

}  // namespace tilewright
