// Thousands of seeded mutations of sound programs, as text and as files: each is read or refused
// with a finding, and what is read is sound and prints back to itself. Never a crash.
#include "backend/asm/container.h"
#include "backend/asm/text.h"
#include "backend/isa/verify.h"
#include "compiler/support/rng.h"
#include "tests/support/catch.h"
#include "tests/support/systems.h"
#include "tests/unit/backend/asm_random.h"

using namespace tilewright;
using tilewright::test::random_program;
using tilewright::test::shipped;

namespace {

Program small_program(uint64_t seed) {
  Program program = random_program(seed, shipped("rapid-core"));
  for (LayerProgram& layer : program.layers)
    if (layer.cores.size() > 2) layer.cores.resize(2);
  if (program.layers.size() > 2) program.layers.resize(2);
  return program;
}

// One to four edits: bytes flipped, replaced, removed, doubled, moved, or cut off.
std::string mutate(std::string bytes, Rng& rng, std::string_view alphabet) {
  for (int64_t n = rng.between(1, 4); n-- > 0 && !bytes.empty();) {
    const auto size = static_cast<int64_t>(bytes.size());
    const auto at = static_cast<size_t>(rng.below(size));
    const auto length = static_cast<size_t>(rng.between(1, 12));
    const auto other = static_cast<size_t>(rng.below(size));
    switch (rng.below(7)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << rng.below(8)));
        break;
      case 1:
        bytes[at] = static_cast<char>(rng.next());
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(at, bytes.substr(other, length));
        break;
      case 4:
        bytes.replace(at, length, bytes.substr(other, length));
        break;
      case 5:
        bytes[at] = alphabet[static_cast<size_t>(rng.below(static_cast<int64_t>(alphabet.size())))];
        break;
      default:
        if (rng.below(8) == 0) bytes.resize(at);
    }
  }
  return bytes;
}

void check_findings(const Diagnostics& findings) {
  bool complete = !findings.empty() && findings.size() <= 3 * kMostFindings;
  for (const Diagnostic& d : findings)
    complete = complete && !d.where.empty() && !d.message.empty();
  if (!complete) FAIL("incomplete findings: " << to_string(findings));
}

}  // namespace

TEST_CASE("Mutated text is read or refused") {
  int read = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const std::string text = disassemble(small_program(seed));
    Rng rng{seed};
    for (int m = 0; m < 100; ++m) {
      INFO("seed " << seed << ", mutation " << m);
      const std::string mutated = mutate(text, rng, "(){}[]\"\\#*+-0123456789rs |\n");
      const auto program = assemble(mutated, "f");
      if (!program) {
        check_findings(program.error());
        continue;
      }
      ++read;
      REQUIRE(verify(*program).empty());
      REQUIRE(assemble(disassemble(*program), "f") == program);
    }
  }
  CHECK(read > 40);  // the mutations are not all fatal
}

TEST_CASE("Mutated files are read or refused") {
  int read = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const std::string file = *serialize(small_program(seed));
    // The YAML of the system is half of a small file; most edits belong elsewhere.
    const size_t start = file.find("default_precision");
    Rng rng{seed};
    for (int m = 0; m < 150; ++m) {
      INFO("seed " << seed << ", mutation " << m);
      const std::string mutated =
          file.substr(0, start) + mutate(file.substr(start), rng, "\x0a\x12\x1a\xff");
      const auto program = parse_program(mutated, "f");
      if (!program) {
        check_findings(program.error());
        continue;
      }
      ++read;
      REQUIRE(verify(*program).empty());
      REQUIRE(parse_program(*serialize(*program), "f").has_value());
    }
  }
  CHECK(read > 40);
}

TEST_CASE("A text cut off anywhere is refused, or means less") {
  const std::string text = disassemble(small_program(7));
  for (size_t size = 0; size < text.size(); size += 7) {
    const auto program = assemble(text.substr(0, size), "f");
    if (!program) check_findings(program.error());
  }
}

TEST_CASE("A file cut off anywhere is refused, or means less") {
  const std::string file = *serialize(small_program(7));
  for (size_t size = 0; size < file.size(); size += 3) {
    const auto program = parse_program(file.substr(0, size), "f");
    if (!program) check_findings(program.error());
  }
}

TEST_CASE("Text that nests, repeats or grows without end is refused quickly") {
  const std::string head = disassemble(small_program(0));
  const auto refused = [&](const std::string& text) {
    const auto program = assemble(text, "f");
    REQUIRE_FALSE(program.has_value());
    check_findings(program.error());
  };
  std::string nests = head + "layer \"x\" semaphores 0 {\n core\n pe {\n";
  for (int i = 0; i < 100000; ++i) nests += "nest {\n";
  refused(nests);
  std::string errors = head;
  for (int i = 0; i < 100000; ++i) errors += "oops\n";
  refused(errors);
  std::string joins = head + "layer \"x\" semaphores 0 {\n core\n pe {\n";
  for (int64_t i = 0; i <= kMostInstructions; ++i) joins += "join\n";
  refused(joins + "}\n}\n");
  refused(head + "layer \"" + std::string(1 << 20, 'x'));
  refused(head + "layer " + std::string(1 << 20, '{'));
  refused(head + "constant address 0 bytes 99999999999 {" + std::string(1 << 20, 'f'));
}

TEST_CASE("Random bytes are no program") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng{seed};
    std::string bytes(static_cast<size_t>(rng.below(200)), '\0');
    for (char& byte : bytes) byte = static_cast<char>(rng.next());
    const auto file = parse_program("\x0a\x12tilewright program\x10\x01" + bytes, "f");
    REQUIRE_FALSE(file.has_value());
    check_findings(file.error());
    const auto text = assemble("tilewright_program 1\n" + bytes, "f");
    REQUIRE_FALSE(text.has_value());
    check_findings(text.error());
  }
}
