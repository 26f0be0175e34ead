#include "dse/audit/check.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include <fmt/format.h>

#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/audit/tile_check.h"

namespace tilewright::audit {

namespace {

std::string name_of(const CoreDivision& division) {
  std::string name;
  for (Dim d : division.ring_order)
    name +=
        fmt::format("{}{} {}", name.empty() ? "" : ", ", tilewright::name_of(d), division.parts[d]);
  if (name.empty()) name = "one core";
  return division.share == ShareRule::Greedy ? name + ", greedy" : name;
}

void check_best(const LayerCertificate& layer, const System& system, const PrecisionInfo& precision,
                LayerAudit& audit) {
  if (const auto broken = first_rejection(layer.work, system, precision, layer.best)) {
    audit.refuted = "its mapping is illegal: " + to_string(*broken);
    return;
  }
  const int64_t cycles = price(layer.work, system, precision, layer.best).cost.cycles;
  if (cycles != layer.cycles)
    audit.refuted = fmt::format("its mapping takes {} cycles, not {}", cycles, layer.cycles);
  else if (layer.bound > layer.cycles)
    audit.refuted =
        fmt::format("its mapping takes {} cycles, fewer than the bound {}", cycles, layer.bound);
}

}  // namespace

LayerAudit check(const LayerCertificate& layer, const System& system,
                 const PrecisionInfo& precision) {
  LayerAudit audit;
  check_best(layer, system, precision, audit);
  if (audit.refuted) return audit;
  const Layer facts(layer.work, system, precision);
  const std::vector<CoreDivision> all = divisions(facts);
  if (all.size() != layer.proofs.size()) {
    audit.refuted = fmt::format("{} divisions have a proof, of {} that there are",
                                layer.proofs.size(), all.size());
    return audit;
  }
  for (size_t k = 0; k < all.size() && !audit.refuted; ++k, ++audit.divisions) {
    const Shares shares(facts, all[k]);
    Reading reading(layer.proofs[k], layer.bound, audit);
    check_division(facts, shares, reading);
    if (audit.refuted)
      audit.refuted = fmt::format("division {} ({}), {}", k, name_of(all[k]), *audit.refuted);
  }
  return audit;
}

std::vector<LayerAudit> check(const Certificate& certificate, int jobs) {
  const PrecisionInfo& precision = certificate.system.precisions.at(certificate.precision);
  std::vector<LayerAudit> audits(certificate.layers.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t k = next++; k < audits.size(); k = next++)
      audits[k] = check(certificate.layers[k], certificate.system, precision);
  };
  const size_t threads = jobs > 0 ? static_cast<size_t>(jobs)
                                  : std::max<size_t>(1, std::thread::hardware_concurrency());
  std::vector<std::jthread> others;
  for (size_t k = 1; k < std::min(threads, audits.size()); ++k) others.emplace_back(work);
  work();
  return audits;
}

}  // namespace tilewright::audit
