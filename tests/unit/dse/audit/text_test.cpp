// The text of certificates: what is read back, what is refused.
#include <fmt/format.h>

#include "compiler/mapping/work_yaml.h"
#include "dse/audit/check.h"
#include "dse/proof/prove.h"
#include "dse/search.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/random_layers.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

audit::Certificate small_certificate() {
  audit::Certificate all;
  all.precision = "fp16";
  all.system = small_system();
  const PrecisionInfo& precision = all.system.precisions.at("fp16");
  for (const Work& work : {matmul_work(1, 12, 20, 9), matmul_work(2, 5, 7, 3)}) {
    SearchOptions options;
    options.reach = Reach::Full;
    const auto found = search_layer(work, all.system, precision, options);
    const int64_t cycles = found->price.cost.cycles;
    all.layers.push_back({{work.name, "another: one"},
                          work,
                          found->best,
                          cycles,
                          cycles,
                          prove(work, all.system, precision, cycles, 1).value()});
  }
  return all;
}

}  // namespace

TEST_CASE("a certificate reads back as it was printed, and holds", "[audit]") {
  const std::string text = print(small_certificate());
  const auto again = audit::parse_certificate(text, "c");
  REQUIRE(again.has_value());
  CHECK(print(*again) == text);
  CHECK(!again->altered);
  for (const audit::LayerAudit& audit : audit::check(*again, 2)) {
    INFO(audit.refuted.value_or("holds"));
    CHECK(!audit.refuted);
    CHECK(audit.closed > 0);
  }
}

TEST_CASE("any digit that is changed in a certificate's text is noticed", "[audit]") {
  const std::string text = print(small_certificate());
  Rng rng{stream_seed(1, "text"), 0};
  for (int k = 0; k < 300; ++k) {
    std::string changed = text;
    const auto at = static_cast<size_t>(rng.below(static_cast<int64_t>(text.size())));
    if (text[at] < '0' || text[at] > '9') continue;
    changed[at] = static_cast<char>('0' + (text[at] - '0' + rng.between(1, 9)) % 10);
    INFO("byte " << at);
    const auto read = audit::parse_certificate(changed, "c");
    CHECK((!read || read->altered));
  }
}

TEST_CASE("what is no certificate is refused", "[audit]") {
  const std::string text = print(small_certificate());
  for (const std::string& bad :
       {std::string(), std::string("certificate: 1\n"), std::string("layers: []\n"),
        text.substr(0, text.size() / 2), "x: 1\n" + text, text + text})
    CHECK(!audit::parse_certificate(bad, "c").has_value());
  audit::Proof proof;
  for (const char* bad :
       {"s", "x", "x-1", "x01", "y3", "s1  x2", "s1 x2 ", "x99999999999999999999"})
    CHECK(!audit::parse_proof(bad, proof));
  proof.clear();
  CHECK(audit::parse_proof("s4 x12 f p n e7", proof));
  CHECK(print(proof) == "s4 x12 f p n e7");
}

TEST_CASE("a layer's work reads back as it was printed", "[mapping]") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng{stream_seed(seed, "work-yaml"), 0};
    Network net(seed);
    add_random_layer(net, rng);
    std::vector<Work> works = describe(net.graph).value();
    for (Work& work : works) {
      for (Operand& operand : work.operands) operand.value = 0;
      const auto node = parse_yaml(print_yaml(to_yaml(work)), "work");
      REQUIRE(node.has_value());
      YamlReader reader("work");
      const Work again = read_work(reader, *node);
      INFO("seed " << seed << "\n" << print_yaml(to_yaml(work)));
      CHECK(reader.clean());
      CHECK(again == work);
    }
  }
}
