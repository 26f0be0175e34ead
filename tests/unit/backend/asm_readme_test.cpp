// backend/README.md says what is true: its tables are the instruction table, its example is what
// the emitter and the disassembler give.
#include "backend/asm/container.h"
#include "backend/asm/text.h"
#include "backend/isa/reference.h"
#include "compiler/support/files.h"
#include "tests/support/catch.h"
#include "tests/unit/backend/asm_example.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

std::string readme() {
  const auto text = read_file(std::string(TILEWRIGHT_SOURCE_DIR) + "/backend/README.md");
  REQUIRE(text.has_value());
  return *text;
}

void check_holds(const std::string& part) {
  INFO("backend/README.md should hold:\n" << part);
  CHECK(readme().find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("The README's tables are the instruction table") {
  check_holds(isa::opcode_table());
  check_holds(isa::struct_table());
}

TEST_CASE("The README's example is what a layer disassembles to") {
  const std::string text = disassemble(example_program(), {.constants = false});
  check_holds("```\n" + text.substr(text.find("layer ")) + "```\n");
}

TEST_CASE("Emitted programs pass through text and file unchanged") {
  const Program program = example_program();
  const auto text = assemble(disassemble(program), "t");
  REQUIRE(text.has_value());
  CHECK(*text == program);
  const auto file = parse_program(*serialize(program), "f");
  REQUIRE(file.has_value());
  CHECK(*file == program);
}
