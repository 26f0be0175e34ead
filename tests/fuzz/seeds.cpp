// fuzz_seeds TARGET DIR: writes what a fuzzer starts from, and DIR.words, the words in it.
#include <cctype>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "backend/asm/container.h"
#include "backend/asm/text.h"
#include "backend/emit/emit.h"
#include "compiler/arch/system_yaml.h"
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/support/check.h"
#include "compiler/support/files.h"
#include "models/systems/systems.h"
#include "tests/fuzz/layers.h"

using namespace tilewright;
using Seeds = std::vector<std::string>;

namespace {

Seeds system_seeds() {
  Seeds seeds;
  for (const ShippedSystem& system : shipped_systems()) seeds.emplace_back(system.yaml);
  for (int64_t cores : {1, 4}) seeds.push_back(print_system(test::small_system(cores)));
  return seeds;
}

Plan plan_of(const fuzz::Layer& layer, uint64_t seed) {
  Rng rng{seed};
  return test::random_plan(rng, layer.graph, layer.system, "fp16");
}

Seeds mapping_seeds() {
  Seeds seeds;
  for (const fuzz::Layer& layer : fuzz::layers())
    for (uint64_t seed = 0; seed < 4; ++seed) {
      const Plan plan = plan_of(layer, seed);
      const RapidDsc& dsc = plan.layers[0].dsc;
      seeds.push_back(print_plan(plan));
      seeds.push_back(print_mappings({{layer.work.name, dsc}}));
      seeds.push_back(print_rapid_dsc(dsc));
    }
  return seeds;
}

std::vector<Program> programs() {
  std::vector<Program> programs;
  for (const fuzz::Layer& layer : fuzz::layers())
    for (uint64_t seed = 0; seed < 4; ++seed) {
      const auto program = emit(layer.graph, layer.system, "fp16", plan_of(layer, seed));
      TW_CHECK(program, "{}", to_string(program.error()));
      programs.push_back(*program);
    }
  return programs;
}

Seeds text_seeds() {
  Seeds seeds;
  for (const Program& program : programs()) seeds.push_back(disassemble(program));
  return seeds;
}

Seeds file_seeds() {
  Seeds seeds;
  for (const Program& program : programs()) seeds.push_back(serialize(program).value());
  return seeds;
}

// Models are drawn from bytes, so any bytes are seeds.
Seeds model_seeds() {
  Seeds seeds;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    Rng rng{seed};
    std::string& bytes = seeds.emplace_back(static_cast<size_t>(rng.between(40, 400)), '\0');
    for (char& byte : bytes) byte = static_cast<char>(rng.below(250));
  }
  return seeds;
}

Seeds seeds_of(const std::string& target) {
  if (target == "fuzz_system") return system_seeds();
  if (target == "fuzz_mapping") return mapping_seeds();
  if (target == "fuzz_assembler") return text_seeds();
  if (target == "fuzz_program") return file_seeds();
  if (target == "fuzz_model") return model_seeds();
  return {};
}

// Names and keys of text seeds, as a dictionary of libFuzzer.
std::string words_of(const Seeds& seeds) {
  std::set<std::string> words;
  for (const std::string& seed : seeds) {
    std::string word;
    for (const char c : seed + "\n") {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalpha(byte) != 0 || c == '_') {
        word += c;
      } else {
        if (word.size() > 1 && word.size() < 32) words.insert(word);
        word.clear();
      }
    }
  }
  std::string dictionary;
  for (const std::string& word : words) dictionary += fmt::format("\"{}\"\n", word);
  return dictionary;
}

void write(const std::string& path, std::string_view bytes) {
  const auto written = write_file_atomically(path, bytes);
  TW_CHECK(written, "{}", to_string(written.error()));
}

}  // namespace

int main(int argc, char** argv) {
  const Seeds seeds = argc == 3 ? seeds_of(argv[1]) : Seeds{};
  if (seeds.empty()) {
    fmt::print(stderr, "usage: fuzz_seeds fuzz_TARGET DIR\n");
    return 2;
  }
  const std::string dir = argv[2];
  std::filesystem::create_directories(dir);
  for (size_t s = 0; s < seeds.size(); ++s) write(fmt::format("{}/seed{}", dir, s), seeds[s]);
  write(dir + ".words", words_of(seeds));
  return 0;
}
