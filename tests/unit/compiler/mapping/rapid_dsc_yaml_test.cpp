#include "compiler/mapping/rapid_dsc_yaml.h"

#include "tests/support/catch.h"
#include "tests/unit/compiler/mapping/random_rapid_dsc.h"

using namespace tilewright;

namespace {

// A convolution of 64 filters over 3 features, by hand.
constexpr std::string_view kConv = R"yaml(n: {out: 64, in: 3, i: 56, j: 56, ki: 3, kj: 3}
core_d: {parts: {out: 2, i: 16}, ring_order: [i, out]}
t: {out: 32, in: 3, i: 4, j: 56, ki: 3, kj: 3}
b: {out: 32, in: 3, j: 14, ki: 3, kj: 3}
p: {rows: [{in: 3}], columns: [{out: 8}], lanes: [{out: 4}], corelets: [{j: 2}]}
loop_order: [B.i, B.j]
data_structures:
  - role: INP
    transfers:
      - {src: External, dst: Lx, type: double-buffer}
      - {src: Lx, dst: L0, type: stream, loop: B.j}
  - role: KER
    transfers:
      - {src: External, dst: Lx, type: double-buffer}
      - {src: Lx, dst: Lrf, type: block-load}
  - role: OUT
    transfers:
      - {src: Lx, dst: External, type: double-buffer}
      - {src: Acc, dst: Lx, type: stream, loop: B.j}
comp_primitives: [Conv, "relu(%0)"]
)yaml";

std::string with(std::string_view old_text, std::string_view new_text) {
  std::string text(kConv);
  const size_t at = text.find(old_text);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old_text.size(), new_text);
}

std::string findings_of(std::string_view yaml) {
  const auto parsed = parse_rapid_dsc(yaml, "m.yaml");
  return parsed ? "" : to_string(parsed.error());
}

}  // namespace

TEST_CASE("a mapping written by hand is read") {
  const auto dsc = parse_rapid_dsc(kConv, "m.yaml");
  REQUIRE(dsc);
  CHECK(dsc->n[Dim::out] == 64);
  CHECK(dsc->n[Dim::mb] == 1);
  CHECK(dsc->chip_d == ChipDivision{});
  CHECK(dsc->core_d.parts[Dim::i] == 16);
  CHECK(dsc->core_d.share == ShareRule::Balanced);
  CHECK(dsc->core_d.ring_order == std::vector<Dim>{Dim::i, Dim::out});
  CHECK(dsc->b[Dim::i] == 1);
  CHECK(dsc->p.corelets == std::vector<Unroll>{{Dim::j, 2}});
  CHECK(dsc->loop_order == std::vector<LoopRef>{{Stage::B, Dim::i}, {Stage::B, Dim::j}});
  REQUIRE(dsc->data_structures.size() == 3);
  const DataStructure& ker = dsc->data_structures[1];
  CHECK(ker.role == Role::Ker);
  CHECK(ker.layout == "row-major");
  CHECK(ker.home == Place::External);
  CHECK(ker.transfers[1] ==
        DataTransfer{Place::Lx, Place::Lrf, TransferType::BlockLoad, std::nullopt});
  CHECK(dsc->comp_primitives == std::vector<std::string>{"Conv", "relu(%0)"});
}

TEST_CASE("the printed form is the one that people write") {
  CHECK(print_rapid_dsc(*parse_rapid_dsc(kConv, "m.yaml")) == kConv);
}

TEST_CASE("what a mapping leaves out has its default") {
  const auto dsc = parse_rapid_dsc(
      "n: {out: 8}\ncore_d: {parts: {out: 2, i: 1, in: 4}}\nt: {out: 2}\ndata_structures: []\n"
      "comp_primitives: []\n",
      "m.yaml");
  REQUIRE(dsc);
  CHECK(dsc->b == dsc->t);
  CHECK(dsc->p == ArrayWork{});
  CHECK(dsc->loop_order.empty());
  CHECK(dsc->core_d.ring_order == std::vector<Dim>{Dim::out, Dim::in});  // the divided dims
}

TEST_CASE("mappings read back equal") {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    std::mt19937 rng(seed);
    const RapidDsc dsc = random_rapid_dsc(rng);
    const std::string text = print_rapid_dsc(dsc);
    INFO("seed " << seed << ":\n" << text);
    const auto back = parse_rapid_dsc(text, "m.yaml");
    INFO((back ? "" : to_string(back.error())));
    REQUIRE(back);
    CHECK(*back == dsc);
  }
}

TEST_CASE("each bad mapping gets its message") {
  struct Row {
    std::string_view from, to, message;
  };
  const Row rows[] = {
      {"n: {out: 64, ", "n: {outs: 64, ",
       "m.yaml:1:5: error: 'n' has no key \"outs\"\n"
       "  hint: did you mean 'out'? Known: mb, grp, out, in, i, j, ki, kj\n"},
      {"n: {out: 64, ", "n: {out: 0, ",
       "m.yaml:1:10: error: 'out' must lie in 1..1099511627776; it is 0\n"},
      {"t: {out: 32", "t: {out: 32.5",
       "m.yaml:3:10: error: 'out' must be an integer; it is \"32.5\"\n"},
      {"t: {out: 32", "tile: {out: 32",
       "m.yaml:1:1: error: the mapping lacks 't'\n"
       "m.yaml:3:1: error: the mapping has no key \"tile\"\n"
       "  hint: known: n, chip_d, core_d, t, b, p, loop_order, data_structures, comp_primitives\n"},
      {"ring_order: [i, out]", "share: even, ring_order: [i, on]",
       "m.yaml:2:41: error: 'share' cannot be \"even\"\n  hint: known: balanced, greedy\n"
       "m.yaml:2:63: error: no such dim: \"on\"\n"
       "  hint: did you mean 'in'? Known: mb, grp, out, in, i, j, ki, kj\n"},
      {"rows: [{in: 3}]", "rows: [in]",
       "m.yaml:5:12: error: an element of 'rows' must be one dim with its factor\n"
       "  hint: for example {in: 8}\n"},
      {"rows: [{in: 3}]", "rows: [{in: 0}]",
       "m.yaml:5:17: error: the factor in 'rows' must lie in 1..1099511627776; it is 0\n"},
      {"rows: [{in: 3}]", "rows: {in: 3}",
       "m.yaml:5:11: error: 'rows' must be a list; it is a map\n"},
      {"[B.i, B.j]", "[B.i, b.j, B.k]",
       "m.yaml:6:19: error: a loop must be a stage and a dim; it is \"b.j\"\n"
       "  hint: for example T.out or B.in\n"
       "m.yaml:6:24: error: no such dim: \"k\"\n"
       "  hint: did you mean 'ki'? Known: mb, grp, out, in, i, j, ki, kj\n"},
      {"role: INP", "role: IN",
       "m.yaml:8:11: error: 'role' cannot be \"IN\"\n"
       "  hint: did you mean 'INP'? Known: INP, KER, OUT, BIAS, INP2, INP3, INP4, INP5, INP6, "
       "INP7, "
       "INP8\n"},
      {"dst: Lx, type: double-buffer", "dst: LX, type: double",
       "m.yaml:10:30: error: 'dst' cannot be \"LX\"\n"
       "  hint: did you mean 'Lx'? Known: External, Lx, L0, Lrf, Acc, Pe\n"
       "m.yaml:10:40: error: 'type' cannot be \"double\"\n"
       "  hint: known: stream, block-load, double-buffer\n"},
      {"type: stream, loop: B.j}", "loop: [B.j]}",
       "m.yaml:11:9: error: an element of 'transfers' lacks 'type'\n"
       "m.yaml:11:34: error: a loop must be a stage and a dim; it is no text\n"
       "  hint: for example T.out or B.in\n"},
      {"comp_primitives: [Conv, \"relu(%0)\"]\n", "",
       "m.yaml:1:1: error: the mapping lacks 'comp_primitives'\n"},
  };
  for (const Row& row : rows) {
    INFO(row.from << " -> " << row.to);
    CHECK(findings_of(with(row.from, row.to)) == row.message);
  }
}

TEST_CASE("endless lists are refused") {
  std::string loops = "loop_order: [T.out";
  for (int k = 1; k < 1000; ++k) loops += ", T.out";
  CHECK(findings_of(with("loop_order: [B.i, B.j]", loops + "]")) ==
        "m.yaml:6:13: error: 'loop_order' must have at most 64 elements; it has 1000\n");
}

TEST_CASE("a mapping file holds one mapping per layer") {
  std::mt19937 rng(1);
  const std::vector<NamedMapping> all = {{"conv1", random_rapid_dsc(rng)},
                                         {"odd: \"name\"\n", random_rapid_dsc(rng)}};
  const std::string text = print_mappings(all);
  const auto back = parse_mappings(text, "m.yaml");
  REQUIRE(back);
  CHECK(*back == all);
  CHECK(parse_mappings("layers: []", "m.yaml")->empty());

  const auto twice = parse_mappings(print_mappings({all[0], all[0]}), "m.yaml");
  REQUIRE_FALSE(twice);
  CHECK(twice.error().front().message == "layer \"conv1\" is mapped twice, first at line 2");
  CHECK(to_string(parse_mappings("mappings: []", "m.yaml").error()) ==
        "m.yaml:1:1: error: the mapping file lacks 'layers'\n"
        "m.yaml:1:1: error: the mapping file has no key \"mappings\"\n"
        "  hint: known: model, system, precision, layers\n");
}

TEST_CASE("a truncated or scrambled mapping never crashes the reader") {
  for (size_t size = 0; size + 1 < kConv.size(); ++size) parse_rapid_dsc(kConv.substr(0, size), "");
  for (unsigned seed = 0; seed < 3000; ++seed) {
    std::mt19937 rng(seed);
    std::string text(kConv);
    for (int k = 0; k < 3; ++k) text[rng() % text.size()] = static_cast<char>(rng() % 256);
    const auto parsed = parse_rapid_dsc(text, "m.yaml");
    if (!parsed) CHECK_FALSE(parsed.error().empty());
  }
}
