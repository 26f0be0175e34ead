// backend/README.md says what is true: its tables are the instruction table, its example is what
// the emitter and the disassembler give.
#include "backend/asm/container.h"
#include "backend/asm/text.h"
#include "backend/emit/emit.h"
#include "backend/isa/reference.h"
#include "compiler/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/mapped_network.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

std::string readme() {
  const auto text = read_file(std::string(TILEWRIGHT_SOURCE_DIR) + "/backend/README.md");
  REQUIRE(text.has_value());
  return *text;
}

// relu(x[1,6,8] * w[1,8,8] + b) on two cores of 3 rows each: tiles of 4 columns, blocks of 2
// columns.
Program example() {
  Network net;
  const ValueId x = net.input("x", {1, 6, 8});
  ScalarExpr relu;
  relu.steps = {{ScalarOp::Relu, ScalarRef::input(0), {}, {}}};
  net.output(
      net.node("fc1", MatMul{}, {x, net.constant("w", {1, 8, 8}), net.constant("b", {8})}, relu));
  Choice choice;
  choice.parts = extents({{Dim::mb, 2}}, 1);
  choice.t = extents({{Dim::out, 4}}, INT64_MAX);
  choice.b = extents({{Dim::out, 2}}, INT64_MAX);
  choice.outer_of = {{Role::Inp, TransferType::BlockLoad}, {Role::Bias, TransferType::BlockLoad}};
  choice.inner_of = {{Role::Inp, TransferType::BlockLoad}};
  const System system = small_system(2);
  const auto program = emit(net.graph, system, "fp16", plan_of(net.graph, "fp16", choice));
  if (!program) FAIL(to_string(program.error()));
  return *program;
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
  const std::string text = disassemble(example(), {.constants = false});
  check_holds("```\n" + text.substr(text.find("layer ")) + "```\n");
}

TEST_CASE("Emitted programs pass through text and file unchanged") {
  const Program program = example();
  const auto text = assemble(disassemble(program), "t");
  REQUIRE(text.has_value());
  CHECK(*text == program);
  const auto file = parse_program(*serialize(program), "f");
  REQUIRE(file.has_value());
  CHECK(*file == program);
}
