// The text form of constraints: read, printed, refused.
#include "dse/space/constraints_yaml.h"

#include "compiler/support/files.h"
#include "tests/support/catch.h"
#include "tests/unit/dse/random_constraints.h"

using namespace tilewright;

namespace {

std::vector<std::string> read_back(const std::string& yaml) {
  const auto file = parse_constraints(yaml, "c.yaml");
  if (!file) return {to_string(file.error())};
  std::vector<std::string> said;
  for (const ConstraintEntry& entry : file->entries)
    for (const ClauseAt& at : entry.clauses)
      said.push_back(entry.layer + (entry.layer.empty() ? "" : ": ") + to_string(at.clause));
  return said;
}

}  // namespace

TEST_CASE("a constraints file says clause after clause", "[dse][space]") {
  const char* text = R"(constraints:
  - parts: {in: 1, out: {least: 2, most: 8}}
    share: balanced
    ring_order: [out, i]
  - layer: conv1
    t: {ki: 3, out: {least: 16}}
    b: {out: {most: 32}}
    t_order: [out, in]
    b_order: [in, out]
    p:
      rows: {only: [in, ki], in: 8}
      columns: {j: 1}
    places: {INP: L0, KER: [Lrf, L0], OUT: Acc}
    transfers:
      INP: {External: double-buffer, array: [stream, block-load]}
    slide: false
    bypass: [none, KER]
)";
  CHECK(read_back(text) ==
        std::vector<std::string>{
            "2 <= parts.out <= 8", "parts.in = 1", "share = balanced", "ring_order = [out, i]",
            "conv1: t.out >= 16", "conv1: t.ki = 3", "conv1: b.out <= 32",
            "conv1: t_order = [out, in]", "conv1: b_order = [in, out]",
            "conv1: rows.only = [in, ki]", "conv1: rows.in = 8", "conv1: columns.j = 1",
            "conv1: places.INP in [L0]", "conv1: places.KER in [L0, Lrf]",
            "conv1: places.OUT in [Acc]", "conv1: transfers.INP.External in [double-buffer]",
            "conv1: transfers.INP.array in [stream, block-load]", "conv1: slide = false",
            "conv1: bypass in [none, KER]"});
  const ConstraintFile file = parse_constraints(text, "c.yaml").value();
  CHECK(file.entries[1].clauses[0].line == 6);
  CHECK(file.entries[1].clauses[0].column == 21);
  // Of conv1 both entries speak, of others the first alone.
  CHECK(file.clauses_of("conv1").size() == 19);
  CHECK(file.clauses_of("conv2").size() == 4);
  CHECK(constraints_of(file, "conv2").t == Constraints{}.t);
  CHECK(constraints_of(file, "conv1").t[Dim::out] == Range{16});
}

TEST_CASE("constraints print to text that reads back equal", "[dse][space]") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng{seed, 0};
    ConstraintFile file{"c.yaml", {}};
    for (int64_t k = rng.below(4); k > 0; --k)
      file.entries.push_back(
          {rng.coin() ? "" : "conv: " + std::to_string(k), test::random_clauses(rng, 100), 0, 0});
    CAPTURE(seed, print_constraints(file));
    const auto read = parse_constraints(print_constraints(file), "c.yaml");
    CHECK(read);
    if (read) CHECK(*read == file);
  }
}

TEST_CASE("what a constraints file must not say", "[dse][space]") {
  struct Row {
    const char* entry;
    const char* message;
  };
  const Row rows[] = {
      {"{t: {ou: 3}}", "c.yaml:2:10: error: 't' has no key \"ou\""},
      {"{t: {out: 0}}", "c.yaml:2:15: error: a constraint on indices must lie in 1..1099511627776"},
      {"{t: {out: {}}}", "c.yaml:2:15: error: a range has neither end"},
      {"{t: {out: {least: 9, most: 8}}}",
       "c.yaml:2:15: error: no number is at least 9 and at most 8"},
      {"{share: fair}", "c.yaml:2:13: error: cannot be \"fair\"\n  hint: known: balanced, greedy"},
      {"{t_order: [out, in, out]}", "c.yaml:2:25: error: 'out' stands twice in one order"},
      {"{places: {KER: Acc}}", "c.yaml:2:20: error: cannot be \"Acc\"\n  hint: known: L0, Lrf, Pe"},
      {"{places: {BIAS: L0}}", "c.yaml:2:15: error: 'places' has no key \"BIAS\""},
      {"{bypass: []}", "c.yaml:2:14: error: nothing is allowed here"},
      {"{transfers: {INP: {Lx: stream}}}", "c.yaml:2:24: error: 'INP' has no key \"Lx\""},
      {"{layer: \"\"}", "c.yaml:2:5: error: 'layer' is empty"},
      {"{slide: 3}", "c.yaml:2:13: error: 'slide' must be true or false"},
  };
  for (const Row& row : rows) {
    const auto read = parse_constraints("constraints:\n  - " + std::string(row.entry), "c.yaml");
    CAPTURE(row.entry);
    REQUIRE(!read);
    CHECK(to_string(read.error()).substr(0, std::string(row.message).size()) == row.message);
  }
}

TEST_CASE("the README's constraints file is one", "[dse][space]") {
  const std::string readme = read_file(TILEWRIGHT_SOURCE_DIR "/dse/README.md").value();
  const size_t begin = readme.find("```yaml\nconstraints:") + 8;
  REQUIRE(begin > 8);
  const std::string text = readme.substr(begin, readme.find("```", begin) - begin);
  const auto file = parse_constraints(text, "README.md");
  CHECK(file);
  if (file) CHECK(file->clauses_of("conv1").size() == 21);
}

TEST_CASE("damaged constraints files are read or refused", "[dse][space]") {
  int64_t read = 0, refused = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Rng rng{seed, 0};
    const ConstraintFile file{"c.yaml", {{"conv", test::random_clauses(rng, 100), 0, 0}}};
    std::string text = print_constraints(file);
    for (int64_t k = rng.between(1, 3); k > 0; --k) {
      const auto at = static_cast<size_t>(rng.below(static_cast<int64_t>(text.size())));
      if (rng.coin())
        text.erase(at, 1);
      else
        text[at] = "{}[],:-01 a\n"[static_cast<size_t>(rng.below(12))];
      if (text.empty()) break;
    }
    CAPTURE(seed, text);
    const auto again = parse_constraints(text, "c.yaml");
    (again ? read : refused) += 1;
    if (again) CHECK(parse_constraints(print_constraints(*again), "c.yaml") == again);
  }
  CHECK(read > 50);
  CHECK(refused > 100);
}
