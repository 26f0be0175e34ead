// Proofs of random tiny layers on random machines: of the optimum there is one, which the auditor
// accepts, and of one cycle more there is none. A failure prints its seed; AUDIT_SEED=n runs that
// one alone, AUDIT_CASES=n so many.
#include "dse/audit/check.h"
#include "dse/proof/prove.h"
#include "dse/search.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/seeds.h"
#include "tests/unit/dse/tiny_problems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

void run_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "proof"), 0};
  Network net(seed);
  add_tiny_layer(net, rng, {24, 10, 6, 4});
  const std::vector<Work> works = describe(net.graph).value();
  System system = tiny_system(rng, {4, 3});
  system.core.corelets = rng.between(1, 2);
  const PrecisionInfo precision = random_precision(rng, system);
  if (works.empty() || works[0].points() > 3000) return;
  INFO("replay with AUDIT_SEED=" << seed << "\n" << print(net.graph));
  SearchOptions options;
  options.jobs = 1;
  options.reach = Reach::Full;
  options.max_evaluations = 50'000;
  const auto found = search_layer(works[0], system, precision, options);
  if (!found || !found->proven) return;  // nothing fits, or it takes long
  const int64_t cycles = found->price.cost.cycles;
  auto proofs = prove(works[0], system, precision, cycles, 1);
  REQUIRE(proofs.has_value());
  const audit::LayerCertificate certificate{{works[0].name}, works[0], found->best,
                                            cycles,          cycles,   std::move(*proofs)};
  const audit::LayerAudit audit = audit::check(certificate, system, precision);
  INFO(audit.refuted.value_or("holds"));
  CHECK(!audit.refuted);
  CHECK(audit.divisions == static_cast<int64_t>(certificate.proofs.size()));
  CHECK(!prove(works[0], system, precision, cycles + 1, 1));
}

}  // namespace

TEST_CASE("there is a proof of the optimum, and none of more", "[audit]") {
  run_seeds("AUDIT", 60, run_seed);
}

TEST_CASE("a proof is the same for any number of threads", "[audit]") {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    Rng rng{stream_seed(seed, "proof-jobs"), 0};
    Network net(seed);
    add_random_layer(net, rng);
    const std::vector<Work> works = describe(net.graph).value();
    if (works.empty()) continue;
    const System system = small_system();
    const PrecisionInfo& precision = system.precisions.at("fp16");
    const auto one = prove(works[0], system, precision, 500, 1);
    const auto three = prove(works[0], system, precision, 500, 3);
    CHECK(one == three);
  }
}
