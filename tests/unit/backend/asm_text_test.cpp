// What each instruction looks like, and what the assembler says about text that is wrong.
#include <algorithm>

#include <fmt/format.h>

#include "backend/asm/text.h"
#include "compiler/ir/dim.h"
#include "tests/support/catch.h"
#include "tests/support/systems.h"

using namespace tilewright;
using tilewright::test::shipped;

namespace {

Program small_program() {
  Program p;
  p.system = shipped("rapid-core");
  p.precision = "fp16";
  p.format = DataFormat::DlFloat16;
  p.external_bytes = 4096;
  p.inputs = {{"data", {1, 3, 8, 8}, 0}};
  p.outputs = {{"prob \"x\"", {}, 512}};
  p.constants = {{384, std::string("\x00\xff\x10\xab", 4)}};
  LayerProgram& layer = p.layers.emplace_back();
  layer.name = "conv1";
  layer.semaphores = 2;
  layer.cores = {{{0, 0, 64}, {1, 1, 64, 3, 1, 1, 1, 1}}};
  layer.streams[0] = {Nest{{{2, 32, 2}, {3, 1, 0}}}, Signal{0}, EndNest{}, Wait{1}};
  return p;
}

// Replaces the one place where `from` stands.
std::string with(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string findings_of(const std::string& text) {
  const auto program = assemble(text, "f.asm");
  return program ? "" : to_string(program.error());
}

std::string place_in(const std::string& text, const std::string& word) {
  const size_t at = text.find(word);
  REQUIRE(at != std::string::npos);
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  const size_t start = text.rfind('\n', at);
  return fmt::format("f.asm:{}:{}: error: ", line + 1,
                     start == std::string::npos ? at + 1 : at - start);
}

}  // namespace

TEST_CASE("The text of each instruction") {
  Transfer transfer;
  transfer.when = {At::Next, Trigger::Entering, 0b101};
  transfer.outer = {Memory::External, 384, 1, 0, 4, 0};
  transfer.inner = {Memory::Lx, 64, 2, 100, 2, 0b101};
  transfer.axes = {{{{{2, 1}, {4, 3}}, 2}, {-1, {{2, -2}}, 2, 9}, {0, {}, 1, 30}, 64}, {}};
  transfer.fill = -std::numeric_limits<float>::infinity();
  transfer.multicast = bit(Dim::out) | bit(Dim::kj);
  Transfer store;
  store.store = true;
  Transfer stream;
  stream.stream = true;

  Mac mac;
  mac.inp.buffer.memory = Memory::L0;
  mac.ker.buffer.memory = Memory::Lrf;
  mac.ker.stride[3] = 4;
  mac.acc.buffer = {Memory::Acc, 1, 2, 3, 4, 0x100};
  mac.clear = 0x8800;
  mac.unroll = {1, 1, 64, 8, 1, 1, 1, 1};

  Drain drain;
  drain.when.at = At::Last;
  drain.has_bias = true;
  drain.dims = bit(Dim::out) | bit(Dim::i);
  drain.partial = 1u << 3;
  drain.epilogue.steps = {{ScalarOp::Relu, ScalarRef::input(0), {}, {}}};

  Elementwise elementwise;
  elementwise.inputs.resize(1);
  elementwise.inputs[0].counts = {{{{0, 1}}, 1}, {}};
  elementwise.expr.steps = {{ScalarOp::Mul, ScalarRef::input(0), ScalarRef::constant(0.1f), {}}};
  elementwise.accumulate = Accumulate::Max;
  elementwise.reduction = bit(Dim::ki);
  elementwise.partial = 1u << 6;
  elementwise.scale = 0.25f;

  RingReduce reduce;
  reduce.when = {At::Current, Trigger::Leaving, 1u << 2};
  reduce.tile.buffer.base = 192;
  reduce.tile.stride[2] = 1;
  reduce.over = bit(Dim::in) | bit(Dim::ki);

  const std::pair<Instruction, std::string> rows[] = {
      {Nest{}, "nest"},
      {Nest{{{2, 64, 4}, {11, 1, 0}}}, "nest (r2 step 64 trips 4) (r11)"},
      {EndNest{}, "end"},
      {Signal{3}, "signal s3"},
      {Wait{0}, "wait s0"},
      {Join{}, "join"},
      {transfer,
       "xfer load when (next entering mask {r0 r2}) outer (external base 384 cell_bytes 4) "
       "inner (lx base 64 buffers 2 buffer_elems 100 mask {r0 r2}) axes [(count (terms r2 + 3*r4 "
       "step 2) outer (offset -1 terms -2*r2 step 2 stride 9) inner (stride 30) limit 64) ()] "
       "fill -inf multicast {out kj}"},
      {store, "xfer store"},
      {stream, "xfer load stream"},
      {mac,
       "mac inp (buffer (l0)) ker (buffer (lrf) stride {in 4}) acc (buffer (acc base 1 buffers 2 "
       "buffer_elems 3 cell_bytes 4 mask {r8})) clear {r11 r15} unroll {out 64 in 8}"},
      {Mac{}, "mac"},
      {drain, "drain when (last) biased dims {out i} partial {r3} epilogue \"relu(%0)\""},
      {elementwise,
       "eltwise inputs [(counts [(terms r0) ()])] expr \"mul(%0, 0.1)\" max reduction {ki} "
       "partial {r6} scale 0.25"},
      {reduce,
       "reduce when (leaving mask {r2}) tile (buffer (lx base 192) stride {out 1}) over {in ki} "
       "add"},
  };
  for (const auto& [instruction, text] : rows) CHECK(disassemble(instruction) == text);
}

TEST_CASE("The text of a program") {
  const Program p = small_program();
  const std::string text = disassemble(p);
  const size_t system = text.find("system\n"), after = text.find("input");
  CHECK(text.substr(0, system) ==
        "tilewright_program 1\nprecision \"fp16\"\nformat dlfloat16\nexternal_bytes 4096\n");
  CHECK(text.substr(system, after - system).find("  | name: rapid-core\n") != std::string::npos);
  CHECK(text.substr(after) == R"(input "data" shape [1 3 8 8]
output "prob \"x\"" address 512
constant address 384 bytes 4 {
  00ff10ab
}
layer "conv1" semaphores 2 {
  core start {out 64} size {out 64 in 3}
  ext {
    nest (r2 step 32 trips 2) (r3) {
      signal s0
    }
    wait s1
  }
}
)");
  const auto again = assemble(text, "f.asm");
  REQUIRE(again.has_value());
  CHECK(*again == p);
}

TEST_CASE("Long instructions are wrapped, and read back") {
  Program p = small_program();
  Drain drain;
  drain.acc.buffer = {Memory::Acc, 1, 2, 1000, 4, 0xff00};
  drain.out.buffer = drain.bias.buffer = {Memory::Lx, 64, 2, 1000, 4, 0xff};
  drain.has_bias = true;
  drain.out.stride = drain.acc.stride = drain.bias.stride = {1, 2, 3, 4, 5, 6, 7, 8};
  Transfer transfer;
  transfer.outer.memory = Memory::External;
  transfer.axes.resize(5, {{{{2, 1}}, 2}, {-1, {{2, -2}}, 2, 9}, {0, {}, 1, 30}, 64});
  transfer.fill = 1;
  p.layers[0].streams[3] = {Nest{}, drain, EndNest{}};
  p.layers[0].streams[0] = {transfer};
  const std::string text = disassemble(p);
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    CHECK(end - at <= 170);  // one operand, which is never broken
    at = end + 1;
  }
  CHECK(text.find(" \\\n        out (buffer (lx") != std::string::npos);
  CHECK(text.find(" axes [\n        (count (terms r2 step 2)") != std::string::npos);
  const auto again = assemble(text, "f.asm");
  INFO((again ? "" : to_string(again.error())));
  REQUIRE(again.has_value());
  CHECK(*again == p);
}

TEST_CASE("Spaces, comments and the order of fields do not matter") {
  const Program p = small_program();
  std::string text = disassemble(p);
  text = with(text, "signal s0", "signal   s0  # not \"needed\"");
  text = with(text, "(r2 step 32 trips 2)", "( trips 2\n\n  r2 # the feature\n step 32)");
  text = with(text, "00ff10ab", "00 FF\n\n  10ab");
  text = with(text, "wait s1", "wait \\  \n s1");
  text = with(text, "core start {out 64} size {out 64 in 3}",
              "core size {in 3 out 64} start {out 64}");
  const auto again = assemble(text, "f.asm");
  INFO((again ? "" : to_string(again.error())));
  REQUIRE(again.has_value());
  CHECK(*again == p);
}

TEST_CASE("A text without constants is for reading only") {
  const std::string text = disassemble(small_program(), {.constants = false});
  CHECK(text.find("# Without its 4 bytes of constants: for reading, not for assembling.\n") !=
        std::string::npos);
  CHECK(text.find("constant address 384 bytes 4 elided\n") != std::string::npos);
  CHECK(findings_of(text) == place_in(text, "elided") +
                                 "the constants of this text were left out\n"
                                 "  hint: disassemble the program with its constants\n");
}

TEST_CASE("Errors name their place, and what would be right") {
  struct Row {
    std::string from, to, at, message;
  };
  const Row rows[] = {
      {"signal s0", "sginal s0", "sginal",
       "unknown instruction 'sginal'\n"
       "  hint: instructions are: nest signal wait join xfer mac drain eltwise reduce\n"},
      {"signal s0", "signal s64", "s64", "expected one of s0 to s63, not 's64'\n"},
      {"signal s0", "signal 0", "0\n    }",
       "signal has no field '0'\n  hint: its fields are: semaphore\n"},
      {"signal s0", "signal s0 s1", "s1\n    }", "signal has 'semaphore' twice\n"},
      {"signal s0", "join s0", "s0\n    }", "join has no field 's0'\n  hint: it has no fields\n"},
      {"signal s0", "xfer load whem", "whem",
       "xfer has no field 'whem'\n"
       "  hint: its fields are: store stream when outer inner axes fill multicast spread unroll\n"},
      {"signal s0", "xfer outer (lx base x)", "x)", "base should be a number, not 'x'\n"},
      {"signal s0", "xfer outer (lx base 9999999999999999999)", "9999999999999999999",
       "base '9999999999999999999' does not fit 64 bits\n"},
      {"signal s0", "xfer outer (lx buffers 3000000000)", "3000000000",
       "buffers '3000000000' does not fit 32 bits\n"},
      {"signal s0", "xfer outer (mask {r16})", "r16", "expected one of r0 to r15, not 'r16'\n"},
      {"signal s0", "xfer multicast {k}", "k}",
       "expected a dim, not 'k'\n  hint: dims are: mb grp out in i j ki kj\n"},
      {"signal s0", "xfer fill 0x1", "0x1", "fill should be a number, not '0x1'\n"},
      {"signal s0", "mac unroll {out 1 out 2}", "out 2", "dim 'out' stands twice\n"},
      {"signal s0", "drain epilogue \"relu(%0\"", "\"relu(%0",
       "malformed expression \"relu(%0\"\n"},
      {"signal s0", "drain epilogue \"relu(%0)", "\"relu(%0)", "malformed string \"relu(%0)\n"},
      {"signal s0", "xfer axes [()()()()()()()()()()()()()()()()()]", "()]",
       "axes has more than 16 elements\n"},
      {"(r3) {", "(r3)", "signal", "expected '{', not 'signal'\n"},
      {"external_bytes 4096", "external_bytes 4096 x", "x\n", "expected a new line, not 'x'\n"},
      {"format dlfloat16", "format fp16", "fp16\nexternal",
       "unknown format 'fp16'\n  hint: formats are: fp32 dlfloat16 int8\n"},
      {"format dlfloat16", "format fp32\nformat fp32", "format fp32\next", "a second 'format'\n"},
      {"external_bytes", "extra", "extra", "expected a statement of the program, not 'extra'\n"},
      {"  core start", "  cores start", "cores start",
       "expected a statement of a layer or '}', not 'cores'\n"},
      {"10ab", "10a", "}\nlayer", "expected pairs of hexadecimal digits up to a '}'\n"},
      {"10ab", "10ag", "g\n}", "expected pairs of hexadecimal digits up to a '}'\n"},
      {"10ab", "10", "}\nlayer", "the constant has 3 bytes, not 4\n"},
      {"clock_hz: 2000000000", "clock_hz: fast", "fast", ""},
      {"program 1", "program 2", "2\n", "version 2 of the text; this assembler reads version 1\n"},
      {"tilewright_program", "program", "program",
       "not the text of a program\n  hint: it begins with \"tilewright_program 1\"\n"},
      // Sound text of an unsound program: verify()'s findings, at the instruction.
      {"signal s0", "signal s2", "signal", "semaphore s2 of a layer that has 2\n"},
      {"signal s0", "join\n}", "layer", "a '}' is missing\n"},
      {"nest (r2", "nest (r3 step 2) (r2", "nest", "r3 is already the register of an open loop\n"},
      {"core start", "core size {}\ncore start", "layer \"",
       "2 core slices, on a chip of 1 cores\n"},
      {"external_bytes 4096", "external_bytes 4", "tilewright", "input 'data' of shape"},
  };
  const std::string sound = disassemble(small_program());
  REQUIRE(findings_of(sound).empty());
  for (const Row& row : rows) {
    const std::string text = with(sound, row.from, row.to);
    INFO(row.from << " -> " << row.to);
    const std::string findings = findings_of(text);
    INFO(findings);
    if (row.message != "a '}' is missing\n")
      CHECK(findings.find(place_in(text, row.at) + row.message) != std::string::npos);
    else
      CHECK_FALSE(findings.empty());
  }
}

TEST_CASE("All syntax errors of a text are found at once") {
  std::string text = disassemble(small_program());
  text = with(text, "signal s0", "signal x\n      wait y\n      signal s0");
  text = with(text, "wait s1", "jump");
  text = with(text, "precision \"fp16\"", "precision fp16");
  const auto program = assemble(text, "f.asm");
  REQUIRE_FALSE(program.has_value());
  CHECK(program.error().size() == 4);
}

TEST_CASE("A text that ends early says so") {
  const std::string text = disassemble(small_program());
  const std::string findings = findings_of(text.substr(0, text.rfind("wait")));
  CHECK(findings.find("a '}' is missing (the text ends here)") != std::string::npos);
  CHECK(findings_of("tilewright_program 1\n").find("there is no system") != std::string::npos);
  CHECK(findings_of("").find("not the text of a program") != std::string::npos);
}
