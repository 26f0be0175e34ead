#include "tests/laws/random_case.h"

#include <cstdlib>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "tests/support/catch.h"
#include "tests/support/random_layers.h"
#include "tests/support/random_system.h"

namespace tilewright::test {

namespace {

using AddLayer = void (*)(Network&, Rng&);

void add_matmul(Network& net, Rng& rng) {
  const int64_t g = rng.coin() ? 1 : rng.between(2, 3), h = rng.coin() ? g : 1;
  const int64_t m = rng.between(1, 48), k = rng.between(1, 48), n = rng.between(1, 48);
  net.output(
      net.node("matmul", MatMul{}, {net.input("x", {g, m, k}), net.constant("w", {h, k, n})}));
}

void add_conv(Network& net, Rng& rng) {
  const int64_t groups = rng.coin() ? 1 : rng.between(2, 3);
  const int64_t in = rng.between(1, 24), out = rng.between(1, 24);
  Window w;
  Shape image = {rng.between(1, 2), groups * in, 0, 0};
  for (size_t a = 0; a < 2; ++a) {
    w.kernel[a] = rng.between(1, 4);
    w.stride[a] = rng.between(1, 3);
    w.dilation[a] = rng.between(1, 2);
    w.pad_begin[a] = rng.between(0, 2);
    w.pad_end[a] = rng.between(0, 2);
    image[2 + a] = w.dilation[a] * (w.kernel[a] - 1) + 1 + rng.below(12);
  }
  net.output(net.node(
      "conv", Conv{groups, w},
      {net.input("x", image), net.constant("w", {groups * out, in, w.kernel[0], w.kernel[1]})}));
}

void run_seed(uint64_t seed, AddLayer add, const Law& law) {
  Rng rng{stream_seed(seed, "laws"), 0};
  Network net(seed);
  add(net, rng);
  if (element_count(net.graph.value(net.graph.outputs[0]).shape) == 0) return;
  System system = random_system(rng);
  std::string precision = rng.coin() ? "fp16" : "fp32";
  if (rng.below(3) == 0) {
    precision = "other";
    system.precisions[precision] = {rng.between(1, 32),
                                    Rational::of(rng.between(1, 20), rng.between(1, 20))};
  }
  const std::vector<Work> works = describe(net.graph).value();
  const Plan plan = random_plan(rng, net.graph, system, precision);
  for (size_t k = 0; k < works.size(); ++k) {
    const RapidDsc& dsc = plan.layers[k].dsc;
    INFO("replay with LAWS_SEED=" << seed << "\n" << print(net.graph) << print_rapid_dsc(dsc));
    law({works[k], system, system.precisions.at(precision), dsc, rng});
  }
}

void for_seeds(uint64_t count, AddLayer add, const Law& law) {
  if (const char* one = std::getenv("LAWS_SEED")) {
    run_seed(std::strtoull(one, nullptr, 10), add, law);
    return;
  }
  for (uint64_t seed = 0; seed < count; ++seed) run_seed(seed, add, law);
}

}  // namespace

void for_random_layers(uint64_t count, const Law& law) { for_seeds(count, add_random_layer, law); }
void for_random_matmuls(uint64_t count, const Law& law) { for_seeds(count, add_matmul, law); }
void for_random_convs(uint64_t count, const Law& law) { for_seeds(count, add_conv, law); }

}  // namespace tilewright::test
