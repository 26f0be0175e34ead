// What the container reader says about files that are no program.
#include <fmt/format.h>

#include "backend/asm/container.h"
#include "backend/asm/text.h"
#include "tests/support/catch.h"
#include "tests/support/systems.h"

using namespace tilewright;
using tilewright::test::shipped;

namespace {

Program some_program() {
  Program p;
  p.system = shipped("rapid-core");
  p.precision = "fp32";
  p.external_bytes = 4096;
  LayerProgram& layer = p.layers.emplace_back();
  layer.name = "l";
  layer.cores.emplace_back();
  layer.semaphores = 1;
  layer.streams[0] = {Signal{0}, Transfer{}};
  std::get<Transfer>(layer.streams[0][1]).outer.memory = Memory::External;
  p.constants = {{0, "abcdefgh"}};
  return p;
}

std::string findings_of(const std::string& bytes) {
  const auto program = parse_program(bytes, "p.pb");
  return program ? "" : to_string(program.error());
}

std::string with(std::string bytes, const std::string& from, const std::string& to) {
  const size_t at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  return bytes.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("A program file begins with its magic, also for other readers") {
  const auto bytes = serialize(some_program());
  REQUIRE(bytes.has_value());
  CHECK(bytes->substr(0, 20) == "\x0a\x12tilewright program");
}

TEST_CASE("Files that are no program are refused with a reason") {
  const std::string sound = *serialize(some_program());
  REQUIRE(findings_of(sound).empty());
  CHECK(findings_of("") == "p.pb: error: not a Tilewright program file\n");
  CHECK(findings_of("\x7f"
                    "ELF") == "p.pb: error: not a Tilewright program file\n");
  CHECK(findings_of(disassemble(some_program())) ==
        "p.pb: error: not a Tilewright program file\n"
        "  hint: it looks like assembler text: assemble it first\n");
  CHECK(
      findings_of(sound.substr(0, sound.size() - 1)) ==
      fmt::format("p.pb: error: the file of {} bytes is cut short or damaged\n", sound.size() - 1));
  // Field 2 is the version; 200 is a field of a later version.
  CHECK(findings_of(with(sound, "program\x10\x01", "program\x10\x02")) ==
        "p.pb: error: format version 2; this reader knows version 1\n");
  CHECK(findings_of(sound + "\xc0\x0c\x01") ==
        "p.pb: error: Program has field number 200, which this version does not know\n");
  CHECK(findings_of(with(sound, "clock_hz", "clock_xy")).find("p.pb: system:") == 0);
}

TEST_CASE("Places of findings in a file") {
  Program program = some_program();
  std::get<Signal>(program.layers[0].streams[0][0]).semaphore = 7;
  CHECK(findings_of(*serialize(program)) ==
        "p.pb: layer 0 'l': ext 0 (signal): error: semaphore s7 of a layer that has 1\n");
  program = some_program();
  std::get<Transfer>(program.layers[0].streams[0][1]).inner.memory = static_cast<Memory>(77);
  CHECK(findings_of(*serialize(program)) ==
        "p.pb: layer 0: ext 1: error: inner: memory: unknown enumerator '?'\n");
}

TEST_CASE("Programs that do not fit a file are refused with both sizes") {
  const Program program = some_program();
  const auto size = static_cast<int64_t>(serialize(program)->size());
  CHECK(serialize(program, size).has_value());
  const auto whole = serialize(program, size - 1);
  REQUIRE_FALSE(whole.has_value());
  CHECK(whole.error()[0].code == ErrorCode::Unsupported);
  CHECK(whole.error()[0].message ==
        fmt::format("the program needs {} bytes; a file holds {}", size, size - 1));
  const auto constants = serialize(program, 7);
  REQUIRE_FALSE(constants.has_value());
  CHECK(constants.error()[0].message == "the program needs 8 bytes; a file holds 7");
}

TEST_CASE("100 MB of constants pass through both forms of the container quickly") {
  Program program = some_program();
  program.external_bytes = int64_t{1} << 30;
  program.constants = {{0, std::string(size_t{100} << 20, '\x5a')}};
  const auto bytes = serialize(program);
  REQUIRE(bytes.has_value());
  CHECK(bytes->size() < (size_t{100} << 20) + 10000);
  const auto again = parse_program(*bytes, "p.pb");
  REQUIRE(again.has_value());
  CHECK(*again == program);
}
