// parse(print(p)) == p for programs, in text and in the container.
#include <set>

#include "backend/asm/container.h"
#include "backend/asm/text.h"
#include "backend/isa/fields.h"
#include "backend/isa/verify.h"
#include "tests/support/catch.h"
#include "tests/support/systems.h"
#include "tests/unit/backend/asm_random.h"

using namespace tilewright;
using tilewright::test::random_program;
using tilewright::test::shipped;

namespace {
constexpr uint64_t kPrograms = 400;
}

TEST_CASE("Random programs are sound, and of every opcode") {
  const System system = shipped("rapid-core");
  std::set<std::string_view> opcodes;
  for (uint64_t seed = 0; seed < kPrograms; ++seed) {
    INFO("seed " << seed);
    const Program program = random_program(seed, system);
    const Diagnostics findings = verify(program);
    INFO(to_string(findings));
    REQUIRE(findings.empty());
    for (const LayerProgram& layer : program.layers)
      for (const auto& stream : layer.streams)
        for (const Instruction& i : stream) opcodes.insert(isa::opcode_of(i).name);
  }
  CHECK(opcodes.size() == std::variant_size_v<Instruction>);
}

TEST_CASE("assemble(disassemble(p)) == p") {
  const System system = shipped("rapid-core");
  for (uint64_t seed = 0; seed < kPrograms; ++seed) {
    INFO("seed " << seed);
    const Program program = random_program(seed, system);
    const std::string text = disassemble(program);
    const auto again = assemble(text, "p.asm");
    INFO((again ? std::string() : to_string(again.error()) + text));
    REQUIRE(again.has_value());
    REQUIRE(*again == program);
    REQUIRE(disassemble(*again) == text);
  }
}

TEST_CASE("parse_program(serialize(p)) == p") {
  const System system = shipped("rapid-core");
  for (uint64_t seed = 0; seed < kPrograms; ++seed) {
    INFO("seed " << seed);
    const Program program = random_program(seed, system);
    const auto bytes = serialize(program);
    REQUIRE(bytes.has_value());
    const auto again = parse_program(*bytes, "p.pb");
    INFO((again ? std::string() : to_string(again.error())));
    REQUIRE(again.has_value());
    REQUIRE(*again == program);
    REQUIRE(*serialize(*again) == *bytes);
  }
}

TEST_CASE("Both forms keep the sign of zero and every float exactly") {
  Program program = random_program(3, shipped("rapid-core"));
  program.layers.resize(1);
  LayerProgram& layer = program.layers[0];
  layer = {};
  layer.name = "l";
  layer.cores.emplace_back();
  for (float value : {0.0f, -0.0f, 0.1f, 1e-45f, 3.4028235e38f, 16777217.0f, 1.0f / 3}) {
    Elementwise e;
    e.expr.steps = {{ScalarOp::Neg, ScalarRef::constant(value), {}, {}}};
    e.scale = value;
    layer.streams[3] = {Instruction(e)};
    const auto text = assemble(disassemble(program), "t");
    const auto file = parse_program(*serialize(program), "f");
    REQUIRE(text.has_value());
    REQUIRE(file.has_value());
    for (const Program& read : {*text, *file}) {
      const auto& back = std::get<Elementwise>(read.layers[0].streams[3][0]);
      CHECK(std::bit_cast<uint32_t>(back.scale) == std::bit_cast<uint32_t>(value));
      CHECK(std::bit_cast<uint32_t>(back.expr.steps[0].a.value) == std::bit_cast<uint32_t>(value));
    }
  }
}
