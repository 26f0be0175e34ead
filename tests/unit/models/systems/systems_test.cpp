#include "models/systems/systems.h"

#include <cstdio>
#include <fstream>

#include "compiler/arch/system_yaml.h"
#include "tests/support/catch.h"

using namespace tilewright;

TEST_CASE("the shipped systems are found by name") {
  CHECK(system_names() == std::vector<std::string>{"eyeriss-like", "gemmini-16", "generic-256",
                                                   "rapid-14nm", "rapid-64", "rapid-chip",
                                                   "rapid-core", "tpu-32"});
  for (const ShippedSystem& shipped : shipped_systems()) {
    INFO(shipped.name);
    const auto system = load_system(std::string(shipped.name));
    INFO((system ? "" : to_string(system.error())));
    REQUIRE(system);
    CHECK(system->name == shipped.name);
    CHECK(*parse_system(print_system(*system), "printed") == *system);
    CHECK(shipped.summary.size() > 10);
    CHECK(shipped.summary.front() != '#');
  }
}

TEST_CASE("the shipped systems have the published figures") {
  const System one = *load_system("rapid-core");
  const System chip = *load_system("rapid-chip");
  const System many = *load_system("rapid-64");
  for (const System* s : {&one, &chip, &many}) {
    CHECK(s->clock_hz == 2'000'000'000);
    CHECK(s->macs_per_core() == 1024);
    CHECK(s->core.lx_bytes == 1024 * 1024);
    // 128 GB/s at 2 GHz
    CHECK(s->core.array_in.bytes_per_cycle == Rational{128 / 2, 1});
    CHECK(s->default_precision == "fp16");
    const auto& precisions = s->precisions;
    CHECK(precisions.size() == 6);
    CHECK(precisions.at("fp16") == PrecisionInfo{16, {1, 1}, 400});
    CHECK(precisions.at("fp32") == PrecisionInfo{32, {4, 1}, 1600});
    CHECK(precisions.at("hfp8") == PrecisionInfo{8, {1, 2}, 200});  // twice the FP16 rate
    CHECK(precisions.at("int8") == PrecisionInfo{8, {1, 4}, 100});
    CHECK(precisions.at("int4") == PrecisionInfo{4, {1, 8}, 40});  // 8 times
    CHECK(precisions.at("int2") == PrecisionInfo{2, {1, 16}, 20});
  }
  CHECK(one.chip.cores == 1);
  // Half a chip's memory, at 80 %.
  CHECK(one.chip.external_bytes_per_cycle() == Rational::of(64 * 4, 5));
  for (const System* s : {&chip, &many}) {
    CHECK(s->chip.cores == 32);
    CHECK(s->chip.external_bytes_per_cycle() == Rational::of(1024, 10));  // 204.8 GB/s at 2 GHz
    CHECK(s->chip.ring.bytes_per_cycle == Rational{256 / 2, 1});
  }
  CHECK(chip.torus.x * chip.torus.y == 1);
  CHECK(many.torus.x == 4);
  CHECK(many.torus.y == 16);
  CHECK(many.torus.x_link.bytes_per_cycle == Rational{80 / 2, 1});
  CHECK(many.torus.y_link.bytes_per_cycle == Rational{80 / 2, 1});
  // 8.39 PFLOPS: chips * cores * MACs * 2 * clock
  CHECK(4 * 16 * many.chip.cores * many.macs_per_core() * 2 * (many.clock_hz / 1'000'000'000) ==
        8'388'608);
  // The torus is all that the 64 chips add.
  System alone = many;
  alone.name = chip.name;
  alone.torus = TorusTier{};
  CHECK(alone == chip);
}

TEST_CASE("the other machines have their published figures") {
  const System core = *load_system("rapid-14nm");
  CHECK(core.macs_per_core() == 512);                                      // 1.5 TFLOPS at 1.5 GHz
  CHECK(core.chip.external.bytes_per_cycle == Rational{96 * 10 / 15, 1});  // 96 GB/s
  const System generic = *load_system("generic-256");
  CHECK(generic.macs_per_core() == 256);
  CHECK(generic.core.lx_bytes == 65536 * 2);
  CHECK(generic.array.lrf_bytes == 256 * 2);
  CHECK(2 * generic.energy.lrf == 1000);
  CHECK(2 * generic.energy.lx == 7410);
  CHECK(2 * generic.energy.external == 200000);
  CHECK(load_system("eyeriss-like")->macs_per_core() == 12 * 14);
  const System tpu = *load_system("tpu-32");
  CHECK(tpu.array.fill_cycles == tpu.array.rows + tpu.array.columns - 2);
  CHECK(tpu.array.lrf_load_cycles == tpu.array.rows);
  const System gemmini = *load_system("gemmini-16");
  CHECK(gemmini.core.lx_bytes == 256 * 1024);
  CHECK(gemmini.array.accumulators * gemmini.array.columns * 4 == 64 * 1024);
}

TEST_CASE("a system is also found by its file") {
  const auto system =
      load_system(std::string(TILEWRIGHT_SOURCE_DIR) + "/models/systems/rapid-chip.yaml");
  REQUIRE(system);
  CHECK(*system == *load_system("rapid-chip"));
}

TEST_CASE("what is neither name nor file gets a list of what ships") {
  CHECK(to_string(load_system("rapid-chp").error()) ==
        "error: no system is called 'rapid-chp', and no file is\n"
        "  hint: did you mean 'rapid-chip'? Known: eyeriss-like, gemmini-16, generic-256, "
        "rapid-14nm, rapid-64, rapid-chip, rapid-core, tpu-32\n");
  CHECK(to_string(load_system("none/such.yaml").error()) ==
        "none/such.yaml: error: cannot open: No such file or directory\n");
  CHECK(to_string(load_system("/").error()) == "/: error: this is a folder, not a file\n");
  CHECK(to_string(load_system("").error()) ==
        "error: no system is called '', and no file is\n"
        "  hint: known: eyeriss-like, gemmini-16, generic-256, rapid-14nm, rapid-64, rapid-chip, "
        "rapid-core, tpu-32\n");
}

TEST_CASE("an endless file is given up") {
  const auto endless = load_system("/dev/zero");
  REQUIRE_FALSE(endless);
  CHECK(to_string(endless.error()) ==
        "/dev/zero: error: the file has more than the 8388608 bytes that are read\n");
}
