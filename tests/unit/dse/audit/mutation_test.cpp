// Certificates with something changed in them are refuted. The changed things are drawn by a seed;
// AUDIT_SEED=n runs that one alone, AUDIT_CASES=n so many; AUDIT_NETWORK=NAME takes the layers of
// that network on rapid-chip, not those of the small one.
#include <cstdlib>

#include <fmt/format.h>

#include "compiler/import/import.h"
#include "compiler/transform/transform.h"
#include "dse/audit/check.h"
#include "dse/network.h"
#include "dse/proof/prove.h"
#include "models/networks/networks.h"
#include "models/systems/systems.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/seeds.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

template <class T>
T required(Result<T> result) {
  if (!result) FAIL(to_string(result.error()));
  return std::move(*result);
}

audit::Certificate certificate_of(const std::string& network) {
  const std::string bytes = required(build_network(network, {1, 0, false}));
  const Graph graph = optimize_for_inference(required(import_bytes(bytes, network, {})));
  const std::vector<Work> works = required(describe(graph));
  audit::Certificate all;
  all.precision = "fp16";
  all.system = required(load_system("rapid-chip"));
  const PrecisionInfo& precision = all.system.precisions.at(all.precision);
  const std::vector<size_t> first = first_alike(works, nullptr);
  for (size_t k = 0; k < works.size(); ++k) {
    if (first[k] != k) continue;
    SearchOptions options;
    options.reach = Reach::Full;
    const auto found = search_layer(works[k], all.system, precision, options);
    const int64_t cycles = found->price.cost.cycles;
    const auto bound = static_cast<int64_t>(found->lower_bound);
    auto proofs = prove(works[k], all.system, precision, bound, 0);
    REQUIRE(proofs.has_value());
    all.layers.push_back(
        {{works[k].name}, works[k], found->best, cycles, bound, std::move(*proofs)});
  }
  return all;
}

// Changes one number, or the sense of one step, of a layer's certificate; says which.
std::string change(audit::LayerCertificate& layer, Rng& rng) {
  const int64_t by = rng.coin() ? rng.between(1, 3) : -rng.between(1, 3);
  std::vector<size_t> several;  // divisions of more than one step: more to go wrong
  for (size_t k = 0; k < layer.proofs.size(); ++k)
    if (layer.proofs[k].size() > 1) several.push_back(k);
  const bool small = several.empty() || rng.below(4) == 0;
  const auto at = static_cast<size_t>(rng.below(static_cast<int64_t>(layer.proofs.size())));
  const size_t division =
      small ? at : several[static_cast<size_t>(rng.below(static_cast<int64_t>(several.size())))];
  audit::Proof& proof = layer.proofs[division];
  const auto step = static_cast<size_t>(rng.below(static_cast<int64_t>(proof.size())));
  switch (rng.below(8)) {
    case 0:
      layer.cycles += by;
      return "cycles";
    case 1:
      layer.bound += layer.cycles - layer.bound + rng.between(1, 3);
      return "bound";
    case 2:
      layer.proofs.erase(layer.proofs.begin() + static_cast<int64_t>(division));
      return fmt::format("proof {} left out", division);
    case 3:
      proof.erase(proof.begin() + static_cast<int64_t>(step));
      return fmt::format("step {} of proof {} left out", step, division);
    case 4:
      proof.insert(proof.begin() + static_cast<int64_t>(step), proof[step]);
      return fmt::format("step {} of proof {} twice", step, division);
    default:
      proof[step].value += by;
      return fmt::format("step {} of proof {} by {}", step, division, by);
  }
}

}  // namespace

TEST_CASE("a certificate with something changed is refuted", "[audit]") {
  const char* network = std::getenv("AUDIT_NETWORK");
  const audit::Certificate all = certificate_of(network != nullptr ? network : "tiny-mobilenet");
  const PrecisionInfo& precision = all.system.precisions.at(all.precision);
  for (const audit::LayerCertificate& layer : all.layers) {
    const auto audit = audit::check(layer, all.system, precision);
    INFO(layer.work.name << ": " << audit.refuted.value_or("holds"));
    CHECK(!audit.refuted);
  }
  const auto run = [&](uint64_t seed) {
    Rng rng{stream_seed(seed, "mutation"), 0};
    audit::LayerCertificate layer =
        all.layers[static_cast<size_t>(rng.below(static_cast<int64_t>(all.layers.size())))];
    const std::string changed = change(layer, rng);
    INFO("replay with AUDIT_SEED=" << seed << ": " << layer.work.name << ", " << changed);
    CHECK(audit::check(layer, all.system, precision).refuted);
  };
  run_seeds("AUDIT", 200, run);
}
