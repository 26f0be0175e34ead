#include "tools/results/waveform_text.h"

#include "costmodel/price.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"

using namespace tilewright;
using namespace tilewright::test;

TEST_CASE("a waveform is drawn lane by lane, spans by their names as far as they fit") {
  Waveform w;
  w.spans = {{Lane::External, 0, 40, "INP"},
             {Lane::Array, 40, 90, "mac"},
             {Lane::ArrayOut, 90, 100, "OUT"}};
  w.end = 100;
  w.whole = true;
  CHECK(draw(w, 20) ==
        " external INP----|............\n"
        " array-in ....................\n"
        "    array ........mac------|..\n"
        "array-out ..................O|\n"
        "          0         100 cycles\n");
}

TEST_CASE("a cost tree adds up to the price") {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng{stream_seed(seed, "tree"), 0};
    Network net(seed);
    add_random_layer(net, rng);
    const System system = small_system(4);
    const Target target{system, "", "fp16", system.precisions.at("fp16")};
    const std::vector<Work> works = describe(net.graph).value();
    const Plan plan = random_plan(rng, net.graph, system, "fp16");
    for (size_t k = 0; k < works.size(); ++k) {
      INFO("seed " << seed);
      const int64_t cycles = price(works[k], system, target.info, plan.layers[k].dsc).cost.cycles;
      const std::string tree = cost_tree(works[k], target, plan.layers[k].dsc);
      const std::string first = tree.substr(0, tree.find('\n'));
      std::string digits;
      for (char c : first)
        if (c >= '0' && c <= '9') digits += c;
      CHECK(digits == std::to_string(cycles));
    }
  }
}
