#include "tests/fuzz/try_program.h"

#include "backend/asm/container.h"
#include "backend/asm/text.h"
#include "backend/isa/verify.h"
#include "backend/sim/simulate.h"
#include "compiler/support/check.h"

namespace tilewright::fuzz {

namespace {

// Counts as data; nothing when there are more than a run should take.
std::optional<std::map<std::string, Tensor>> inputs_of(const Program& program) {
  std::map<std::string, Tensor> inputs;
  for (const TensorPlace& place : program.inputs) {
    const auto count = element_count(place.shape);
    if (!count || *count > 1 << 14) return std::nullopt;
    Tensor tensor = float_tensor(place.shape, {});
    for (int64_t n = 0; n < *count; ++n) tensor.floats.push_back(static_cast<float>(n % 7));
    inputs[place.name] = std::move(tensor);
  }
  return inputs;
}

void try_run(const Program& program) {
  SimOptions options{.mode = SimMode::TimingOnly, .jobs = 1};
  options.limits = {.bytes = 1 << 24, .instructions = 1 << 14, .points = 1 << 18};
  const auto timed = simulate(program, {}, options);
  TW_CHECK(timed || !timed.error().empty(), "refused without a finding");
  const auto inputs = inputs_of(program);
  if (!inputs) return;
  options.mode = SimMode::Full;
  const auto ran = simulate(program, *inputs, options);
  TW_CHECK(ran || !ran.error().empty(), "refused without a finding");
  if (ran)
    TW_CHECK(timed && timed->cycles == ran->cycles, "{} cycles with data alone", ran->cycles);
}

}  // namespace

void try_program(const Program& program) {
  TW_CHECK(verify(program).empty(), "{}", to_string(verify(program)));
  const std::string text = disassemble(program);
  const auto from_text = assemble(text, "disassembled");
  TW_CHECK(from_text, "{}{}", to_string(from_text.error()), text);
  TW_CHECK(*from_text == program, "assembles differently:\n{}", text);
  const auto file = serialize(program);
  TW_CHECK(file, "{}", to_string(file.error()));
  const auto from_file = parse_program(*file, "serialized");
  TW_CHECK(from_file, "{}", to_string(from_file.error()));
  TW_CHECK(*from_file == program, "the file of\n{}\nreads differently", text);
  try_run(program);
}

}  // namespace tilewright::fuzz
