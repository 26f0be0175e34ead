// Whatever the assembler accepts, the simulator runs or refuses with a finding: digits of an
// emitted layer are replaced at random, which changes strides, bases, registers, trips, semaphores,
// masks.
#include "backend/asm/text.h"
#include "backend/sim/simulate.h"
#include "compiler/support/rng.h"
#include "tests/support/catch.h"
#include "tests/unit/backend/asm_example.h"

using namespace tilewright;
using namespace tilewright::test;

TEST_CASE("Altered programs that the assembler accepts run, or are refused") {
  const Program program = example_program();
  const std::string text = disassemble(program);
  std::vector<size_t> digits;
  for (size_t i = text.find("layer "); i < text.size(); ++i)
    if (text[i] >= '0' && text[i] <= '9') digits.push_back(i);
  std::map<std::string, Tensor> inputs;
  inputs["x"] = float_tensor({1, 6, 8}, std::vector<float>(6 * 8, 1.0f));
  REQUIRE(simulate(program, inputs).has_value());

  int ran = 0, refused = 0, rejected = 0;
  for (uint64_t seed = 0; seed < 1500; ++seed) {
    INFO("seed " << seed);
    Rng rng{seed};
    std::string altered = text;
    for (int64_t n = rng.between(1, 4); n-- > 0;)
      altered[digits[static_cast<size_t>(rng.below(static_cast<int64_t>(digits.size())))]] =
          static_cast<char>('0' + rng.below(10));
    const auto read = assemble(altered, "f");
    if (!read) {
      ++rejected;
      continue;
    }
    const auto result = simulate(*read, inputs);
    ++(result ? ran : refused);
    if (!result) REQUIRE_FALSE(result.error().empty());
  }
  CHECK(ran > 100);
  CHECK(refused > 100);
  CHECK(rejected > 100);
}
