#include "tools/driver/certify.h"

#include "compiler/support/check.h"
#include "dse/audit/certificate.h"
#include "dse/network.h"
#include "dse/proof/prove.h"
#include "tools/driver/terminal.h"

namespace tilewright {

Result<void> check_certifiable(const SearchFlags& flags, const Target& target) {
  if (flags.certificate.empty()) return {};
  const auto refuse = [](const std::string& what, const std::string& hint) -> Result<void> {
    return unsupported("--certificate", what, hint);
  };
  if (objective_of(flags, target).goal != Goal::Latency)
    return refuse("certificates speak of latency alone", "--objective latency");
  if (timing_model_of(flags) != TimingModel::Waveform)
    return refuse("certificates speak of the waveform alone", "--timing-model waveform");
  if (!searches_full_space(flags, target))
    return refuse("certificates speak of the full space alone", "--space full");
  if (flags.search == "greedy") return refuse("a greedy answer has no proof", "--search optimal");
  if (!flags.constraints.empty())
    return refuse("certificates do not speak of constraints", "leave out --constraints");
  return {};
}

std::string certify(const MappedNetwork& network, const Target& target, int jobs) {
  std::vector<Work> works;
  for (const MappedLayer& layer : network.layers) works.push_back(layer.work);
  const std::vector<size_t> first = first_alike(works, nullptr);
  audit::Certificate certificate;
  certificate.precision = target.precision;
  certificate.system = target.system;
  std::vector<size_t> place(works.size());
  Progress progress;
  for (size_t k = 0; k < works.size(); ++k) {
    progress.show(k, works.size(), "proof of " + works[k].name);
    if (first[k] != k) {
      certificate.layers[place[first[k]]].names.push_back(works[k].name);
      continue;
    }
    const MappedLayer& layer = network.layers[k];
    const int64_t bound = layer.search.bound_cycles.value();
    auto proofs = prove(layer.work, target.system, target.info, bound, jobs);
    TW_CHECK(proofs.has_value(), "layer {}: a mapping takes fewer than {} cycles", layer.work.name,
             bound);
    place[k] = certificate.layers.size();
    certificate.layers.push_back(
        {{layer.work.name}, layer.work, layer.dsc, layer.cycles(), bound, std::move(*proofs)});
  }
  return print(certificate);
}

}  // namespace tilewright
