#include "compiler/arch/system_yaml.h"

#include <fstream>
#include <random>
#include <sstream>

#include "tests/support/catch.h"

using namespace tilewright;

namespace {

constexpr std::string_view kSmall = R"(name: small
clock_hz: 1000000000
chip:
  external: {bytes: 1048576, bytes_per_cycle: 16, latency_cycles: 10}
  layer_cycles: 5
core:
  lx_bytes: 65536
  array_in: {bytes_per_cycle: 102.4, latency_cycles: 1}
  array_out: {bytes_per_cycle: 1/3, latency_cycles: 2}
  sfu: {lanes: 4, simple_cycles: 1, special_cycles: 2, latency_cycles: 3}
  semaphore_cycles: 1
array:
  rows: 2
  row_dims: [in]
  columns: 3
  column_dims: [out]
  l0_bytes: 512
  fill_cycles: 5
pe:
  lanes: 4
  lane_dims: [out, j]
  lrf_bytes: 64
  accumulators: 8
precisions:
  fp16: {bytes: 2, mac_cycles: 1}
default_precision: fp16
)";

// kSmall with one piece of text replaced.
std::string with(std::string_view old_text, std::string_view new_text) {
  std::string text(kSmall);
  const size_t at = text.find(old_text);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old_text.size(), new_text);
}

std::string findings_of(std::string_view yaml) {
  const auto parsed = parse_system(yaml, "s.yaml");
  return parsed ? "" : to_string(parsed.error());
}

System random_system(std::mt19937& rng) {
  const auto count = [&](int64_t most) { return 1 + static_cast<int64_t>(rng()) % most; };
  const auto link = [&] {
    return Link{Rational::of(count(1000), rng() % 2 == 0 ? 1 : count(50)), count(100) - 1};
  };
  const auto dims = [&] {
    std::vector<std::string> all;
    for (const char* d : {"mb", "grp", "out", "in", "i", "j", "ki", "kj"})
      if (rng() % 3 == 0) all.emplace_back(d);
    return all;
  };
  System s;
  s.name = "random " + std::to_string(rng());
  s.clock_hz = count(4'000'000'000);
  if (rng() % 2 == 0) s.torus = {count(16), count(16), link(), link()};
  s.chip.cores = rng() % 2 == 0 ? 1 : count(64);
  s.chip.ring = link();
  for (int64_t core = 0; core < s.chip.cores; ++core)
    if (rng() % 4 == 0) s.chip.memory_stops.push_back(core);
  s.chip.external_bytes = count(1 << 30);
  s.chip.external = link();
  s.chip.external_efficiency = {4, 5};
  s.chip.external_granule_bytes = rng() % 2 == 0 ? 1 : count(256);
  s.chip.turnaround_cycles = rng() % 2 == 0 ? 0 : count(300);
  s.chip.layer_cycles = count(300) - 1;
  s.core = {
      count(4),    count(1 << 20), link(), link(), {count(64), count(4), count(9), count(9) - 1},
      count(4) - 1};
  s.array = {count(16),      count(16), count(16),       dims(),          dims(),
             dims(),         dims(),    count(9999) - 1, count(9999) - 1, count(4) - 1,
             rng() % 2 == 0, count(64), count(20) - 1};
  if (s.array.sums_in_lrf) s.array.accumulators -= 1;
  s.precisions = {{"fp16", {16, {1, 1}}},
                  {"int-4_x", {count(128), Rational::of(count(1024), count(1024))}}};
  s.default_precision = "int-4_x";
  if (rng() % 2 == 0)
    s.energy = {count(9999), count(9999), count(9999), count(9999), count(9999), count(9999), 7};
  s.precisions["fp16"].mac_energy = count(2) * 405;
  return s;
}

}  // namespace

TEST_CASE("a small system is read, what it leaves out takes its default") {
  const auto s = parse_system(kSmall, "s.yaml");
  REQUIRE(s);
  CHECK(s->torus == TorusTier{});
  CHECK(s->chip.cores == 1);
  CHECK(s->chip.external_efficiency == Rational{1, 1});
  CHECK(s->core.corelets == 1);
  CHECK(s->core.array_in == Link{{512, 5}, 1});
  CHECK(s->core.array_out == Link{{1, 3}, 2});
  CHECK(s->array.lane_dims == std::vector<std::string>{"out", "j"});
  CHECK(s->macs_per_core() == 2 * 3 * 4);
  CHECK(s->precisions.at("fp16") == PrecisionInfo{16, {1, 1}});
}

TEST_CASE("precisions may be narrower than a byte and faster than the base rate") {
  const auto s = parse_system(
      with("  fp16: {bytes: 2, mac_cycles: 1}",
           "  fp16: {bytes: 2, mac_cycles: 1}\n  int4: {bytes: 1/2, mac_cycles: 1/8}\n"
           "  int2: {bytes: 0.25, mac_cycles: 0.0625}\n  odd: {bytes: 13/8, mac_cycles: 5/3}"),
      "s.yaml");
  REQUIRE(s);
  CHECK(s->precisions.at("int4") == PrecisionInfo{4, {1, 8}});
  CHECK(s->precisions.at("int2") == PrecisionInfo{2, {1, 16}});
  CHECK(s->precisions.at("odd") == PrecisionInfo{13, {5, 3}});
  CHECK(s->precisions.at("odd").macs_per_cycle(10) == Rational{6, 1});
  const std::string text = print_system(*s);
  CHECK(text.find("int4: {bytes: 0.5, mac_cycles: 0.125}") != std::string::npos);
  CHECK(text.find("odd: {bytes: 1.625, mac_cycles: 5/3}") != std::string::npos);
}

TEST_CASE("systems read back equal") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    std::mt19937 rng(seed);
    const System system = random_system(rng);
    const std::string text = print_system(system);
    INFO("seed " << seed << ":\n" << text);
    const auto back = parse_system(text, "s.yaml");
    INFO((back ? "" : to_string(back.error())));
    REQUIRE(back);
    CHECK(*back == system);
  }
}

TEST_CASE("partial sums need a place") {
  CHECK(parse_system(with("accumulators: 8", "sums_in_lrf: true"), "s.yaml")->array.accumulators ==
        0);
  CHECK(
      findings_of(with("accumulators: 8", "accumulators: 0")).find("partial sums have no place") !=
      std::string::npos);
}

TEST_CASE("a system that was not made by reading prints and reads back, too") {
  System s = *parse_system(kSmall, "s.yaml");
  s.torus.x_link.latency_cycles = 7;  // of an axis of one chip
  s.chip.ring.latency_cycles = 7;     // of one core
  s.array.corelet_dims = {"mb"};      // of one corelet
  CHECK(*parse_system(print_system(s), "s.yaml") == s);
}

TEST_CASE("each bad system gets its message") {
  struct Row {
    std::string_view from, to, message;
  };
  const Row rows[] = {
      {"clock_hz: 1000000000\n", "", "s.yaml:1:1: error: the system lacks 'clock_hz'\n"},
      {"clock_hz: 1000000000", "clock_hz: 2 GHz",
       "s.yaml:2:11: error: 'clock_hz' must be an integer; it is \"2 GHz\"\n"},
      {"clock_hz: 1000000000", "clock_hz: 0",
       "s.yaml:2:11: error: 'clock_hz' must lie in 1..1000000000000; it is 0\n"},
      {"clock_hz: 1000000000", "clock_hz: 99999999999999999999",
       "s.yaml:2:11: error: 'clock_hz' must lie in 1..1000000000000; it is 99999999999999999999\n"},
      {"clock_hz", "clock_mhz",
       "s.yaml:1:1: error: the system lacks 'clock_hz'\n"
       "s.yaml:2:1: error: the system has no key \"clock_mhz\"\n"
       "  hint: did you mean 'clock_hz'? Known: name, clock_hz, torus, chip, core, array, pe, "
       "precisions, default_precision, energy\n"},
      {"name: small", "name: \"\"", "s.yaml:1:7: error: 'name' must have 1..64 bytes; it has 0\n"},
      {"chip:\n", "torus: {x: 256, y: 257}\nchip:\n",
       "s.yaml:3:8: error: torus must have at most 65536 chips; it has 256 x 257 = 65792\n"
       "s.yaml:3:8: error: torus lacks 'x_link'\n"
       "s.yaml:3:8: error: torus lacks 'y_link'\n"},
      {"chip:\n", "chip:\n  cores: 4097\n",
       "s.yaml:4:10: error: 'cores' must lie in 1..4096; it is 4097\n"},
      {"chip:\n", "chip:\n  cores: 4\n", "s.yaml:4:3: error: chip lacks 'ring'\n"},
      {"default_precision: fp16", "default_precision: fp16\nenergy: {lx_pj_per_byte: 0.0001}",
       "s.yaml:27:26: error: 'lx_pj_per_byte' must be a multiple of 0.001 picojoules; it is "
       "0.0001\n"},
      {"bytes_per_cycle: 16", "bytes_per_cycle: 16, granule_bytes: 0",
       "s.yaml:4:66: error: 'granule_bytes' must lie in 1..1048576; it is 0\n"},
      {"chip:\n", "chip:\n  memory_stops: [0, 0, 1]\n",
       "s.yaml:4:21: error: 'memory_stops' must ascend; 0 follows 0\n"
       "s.yaml:4:24: error: an element of 'memory_stops' must lie in 0..0; it is 1\n"},
      {"core:\n", "core:\n  corelets: 2\n", "s.yaml:7:3: error: core lacks 'corelet_dims'\n"},
      {"bytes_per_cycle: 16", "bytes_per_cycle: 0",
       "s.yaml:4:47: error: 'bytes_per_cycle' must be at least 1/1024; it is 0\n"},
      {"bytes_per_cycle: 16", "bytes_per_cycle: -1",
       "s.yaml:4:47: error: 'bytes_per_cycle' must be a number such as 40, 102.4 or 512/5; it is "
       "\"-1\"\n"},
      {"bytes_per_cycle: 16", "bytes_per_cycle: 1/0",
       "s.yaml:4:47: error: 'bytes_per_cycle' must be a number such as 40, 102.4 or 512/5; it is "
       "\"1/0\"\n"},
      {"bytes_per_cycle: 16", "bytes_per_cycle: 1.00000000000000000001",
       "s.yaml:4:47: error: 'bytes_per_cycle' must be a fraction of integers up to 1099511627776; "
       "it is 1.00000000000000000001\n"},
      {"bytes_per_cycle: 16", "bytes_per_cycle: 16, efficiency: 1.25",
       "s.yaml:4:63: error: 'efficiency' must lie in 1/1024..1; it is 1.25\n"},
      {"row_dims: [in]", "row_dims: in",
       "s.yaml:14:13: error: 'row_dims' must be a list; it is \"in\"\n"},
      {"row_dims: [in]", "row_dims: [in, on, in]",
       "s.yaml:14:18: error: 'row_dims' names no dim: \"on\"\n"
       "  hint: did you mean 'in'? Known: mb, grp, out, in, i, j, ki, kj\n"
       "s.yaml:14:22: error: 'row_dims' names 'in' twice\n"},
      {"default_precision: fp16", "default_precision: fp8",
       "s.yaml:26:20: error: 'default_precision' names none of precisions: \"fp8\"\n"
       "  hint: known: fp16\n"},
      {"  fp16: {bytes: 2, mac_cycles: 1}", "  FP16: {bytes: 2, mac_cycles: 1}\n  fp16: 3",
       "s.yaml:25:3: error: a precision's name must be 1..64 of a-z 0-9 _ -; it is \"FP16\"\n"
       "s.yaml:26:9: error: precision 'fp16' must be a map; it is \"3\"\n"},
      {"fp16: {bytes: 2,", "fp16: {bytes: 1/3,",
       "s.yaml:25:17: error: 'bytes' must be whole bits in 1/8..16; it is 1/3\n"},
      {"fp16: {bytes: 2,", "fp16: {bytes: 1/16,",
       "s.yaml:25:17: error: 'bytes' must be whole bits in 1/8..16; it is 1/16\n"},
      {"fp16: {bytes: 2,", "fp16: {bytes: 0,",
       "s.yaml:25:17: error: 'bytes' must be whole bits in 1/8..16; it is 0\n"},
      {"fp16: {bytes: 2,", "fp16: {bytes: 16.125,",
       "s.yaml:25:17: error: 'bytes' must be a fraction of integers up to 128; it is 16.125\n"},
      {"mac_cycles: 1}", "mac_cycles: 1/1025}",
       "s.yaml:25:32: error: 'mac_cycles' must lie in 1/1024..1024; it is 1/1025\n"},
      {"mac_cycles: 1}", "mac_cycles: 0}",
       "s.yaml:25:32: error: 'mac_cycles' must lie in 1/1024..1024; it is 0\n"},
      {"sfu: {lanes: 4,", "sfu: {lanes: 04,",
       "s.yaml:10:16: error: 'lanes' must be an integer; it is \"04\"\n"},
      {"  rows: 2\n", "  rows: 2\n  rows: 3\n",
       "s.yaml:14:3: error: key \"rows\" appears twice, first at line 13\n"
       "  hint: leave one of them\n"},
  };
  for (const Row& row : rows) {
    INFO(row.from << " -> " << row.to);
    CHECK(findings_of(with(row.from, row.to)) == row.message);
  }
  std::string huge = with("rows: 2", "rows: 4096");
  huge.replace(huge.find("columns: 3"), 10, "columns: 4096");
  huge.replace(huge.find("  lanes: 4\n"), 11, "  lanes: 4096\n");
  huge.replace(huge.find("  lx_bytes"), 2, "  corelets: 17\n  corelet_dims: []\n  ");
  CHECK(findings_of(huge) ==
        "s.yaml:1:1: error: all chips together must do at most 1099511627776 multiply-accumulates "
        "at once; they do more\n");
  CHECK(findings_of("") == "s.yaml: error: the system must be a map; it is empty\n");
  CHECK(findings_of("- 1\n") == "s.yaml:1:1: error: the system must be a map; it is a list\n");
}

TEST_CASE("all findings come at once, in the order of the text") {
  const std::string text =
      findings_of(with("clock_hz: 1000000000\n", "clock_hz: fast\nspeed: 1\n") + "more: 2\n");
  CHECK(text ==
        "s.yaml:2:11: error: 'clock_hz' must be an integer; it is \"fast\"\n"
        "s.yaml:3:1: error: the system has no key \"speed\"\n"
        "  hint: known: name, clock_hz, torus, chip, core, array, pe, precisions, "
        "default_precision, energy\n"
        "s.yaml:28:1: error: the system has no key \"more\"\n"
        "  hint: did you mean 'core'? Known: name, clock_hz, torus, chip, core, array, pe, "
        "precisions, default_precision, energy\n");
}

TEST_CASE("a truncated or scrambled system never crashes the reader") {
  for (size_t size = 0; size + 1 < kSmall.size(); ++size)
    CHECK_FALSE(parse_system(kSmall.substr(0, size), "s.yaml"));
  for (unsigned seed = 0; seed < 3000; ++seed) {
    std::mt19937 rng(seed);
    std::string text(kSmall);
    for (int k = 0; k < 3; ++k) text[rng() % text.size()] = static_cast<char>(rng() % 256);
    const auto parsed = parse_system(text, "s.yaml");
    if (!parsed) CHECK_FALSE(parsed.error().empty());
  }
}

TEST_CASE("the README's machine is complete") {
  std::ifstream file(std::string(TILEWRIGHT_SOURCE_DIR) + "/compiler/arch/README.md");
  std::stringstream page;
  page << file.rdbuf();
  const std::string text = page.str();
  const size_t begin = text.find("```yaml\n") + 8;
  const auto system =
      parse_system(text.substr(begin, text.find("```", begin) - begin), "README.md");
  INFO((system ? "" : to_string(system.error())));
  REQUIRE(system);
  CHECK(system->name == "tiny");
  CHECK(system->core.array_out.bytes_per_cycle == Rational{64, 5});
}
