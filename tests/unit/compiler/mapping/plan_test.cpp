#include "compiler/mapping/plan.h"

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "tests/support/catch.h"
#include "tests/unit/compiler/mapping/random_rapid_dsc.h"

using namespace tilewright;

namespace {

Plan random_plan(unsigned seed) {
  std::mt19937 rng(seed);
  Plan plan{"net \"a\"", "rapid-chip", "fp16", {}};
  const unsigned layers = rng() % 5;
  for (unsigned k = 0; k < layers; ++k) {
    PlannedLayer layer;
    layer.layer = "conv/" + std::to_string(k);
    layer.dsc = random_rapid_dsc(rng);
    layer.cycles = static_cast<int64_t>(rng()) << 20;
    if (rng() % 4 > 0)
      layer.link_bytes = {{"array_in", rng()}, {"array_out", 0}, {"external", rng()}};
    plan.layers.push_back(std::move(layer));
  }
  return plan;
}

std::string findings_of(std::string_view yaml) {
  const auto parsed = parse_plan(yaml, "plan.yaml");
  return parsed ? "" : to_string(parsed.error());
}

}  // namespace

TEST_CASE("plans read back equal") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    const Plan plan = random_plan(seed);
    const std::string text = print_plan(plan);
    INFO("seed " << seed << ":\n" << text);
    const auto back = parse_plan(text, "plan.yaml");
    INFO((back ? "" : to_string(back.error())));
    REQUIRE(back);
    CHECK(*back == plan);
  }
}

TEST_CASE("a plan is a mapping file, too") {
  const Plan plan = random_plan(7);
  const auto mappings = parse_mappings(print_plan(plan), "plan.yaml");
  REQUIRE(mappings);
  REQUIRE(mappings->size() == plan.layers.size());
  for (size_t k = 0; k < plan.layers.size(); ++k) {
    CHECK((*mappings)[k].layer == plan.layers[k].layer);
    CHECK((*mappings)[k].dsc == plan.layers[k].dsc);
  }
}

TEST_CASE("a plan reads like this") {
  Plan plan{"net", "rapid-core", "fp16", {}};
  PlannedLayer layer;
  layer.layer = "fc";
  layer.cycles = 1200;
  layer.link_bytes = {{"array_in", 64}, {"external", 128}};
  layer.dsc.n[Dim::out] = 8;
  layer.dsc.t[Dim::out] = 4;
  layer.dsc.b[Dim::out] = 4;
  layer.dsc.loop_order = {{Stage::T, Dim::out}};
  layer.dsc.data_structures = {
      {Role::Out,
       "row-major",
       Place::External,
       {{Place::Lx, Place::External, TransferType::BlockLoad, LoopRef{Stage::T, Dim::out}}}}};
  layer.dsc.comp_primitives = {"MatMul"};
  plan.layers = {layer};
  CHECK(print_plan(plan) ==
        "model: net\n"
        "system: rapid-core\n"
        "precision: fp16\n"
        "layers:\n"
        "  - layer: fc\n"
        "    cycles: 1200\n"
        "    link_bytes: {array_in: 64, external: 128}\n"
        "    mapping:\n"
        "      n: {out: 8}\n"
        "      t: {out: 4}\n"
        "      b: {out: 4}\n"
        "      loop_order: [T.out]\n"
        "      data_structures:\n"
        "        - role: OUT\n"
        "          transfers:\n"
        "            - {src: Lx, dst: External, type: block-load, loop: T.out}\n"
        "      comp_primitives: [MatMul]\n");
}

TEST_CASE("each bad plan gets its message") {
  CHECK(findings_of("model: a\nsystem: b\nlayers: []\n") ==
        "plan.yaml:1:1: error: the plan lacks 'precision'\n");
  CHECK(findings_of("model: [a]\nsystem: b\nprecision: c\nlayers: {}\n") ==
        "plan.yaml:1:8: error: 'model' must be text; it is a list\n"
        "plan.yaml:4:9: error: 'layers' must be a list; it is a map\n");
  CHECK(findings_of("model: a\nsystem: b\nprecision: c\nlayers:\n- layer: x\n  cycles: -1\n"
                    "  link_bytes: {external: many}\n") ==
        "plan.yaml:5:3: error: an element of 'layers' lacks 'mapping'\n"
        "plan.yaml:6:11: error: 'cycles' must lie in 0..9223372036854775807; it is -1\n"
        "plan.yaml:7:26: error: 'external' must be an integer; it is \"many\"\n");
}
