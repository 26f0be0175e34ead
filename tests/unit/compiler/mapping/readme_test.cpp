// compiler/mapping/README.md: its mappings are legal where it says so, its table is complete.
#include <fstream>
#include <sstream>

#include "compiler/arch/system_yaml.h"
#include "compiler/ir/graph.h"
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "tests/support/catch.h"

using namespace tilewright;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(std::string(TILEWRIGHT_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The n-th block between "```yaml" and "```".
std::string yaml_block(const std::string& page, int n) {
  size_t at = 0;
  for (int k = 0; k <= n; ++k) at = page.find("```yaml\n", at) + 8;
  return page.substr(at, page.find("```", at) - at);
}

// conv 64 -> 64 features of 56 x 56 with bias and ReLU, then max-pooling 2 x 2.
Graph example() {
  Graph graph;
  const auto value = [&](const char* name, Shape shape) {
    return graph.add_value({name, ElementType::Float32, std::move(shape), nullptr});
  };
  const ValueId x = value("x", {1, 64, 56, 56}), w = value("w", {64, 64, 3, 3});
  const ValueId b = value("b", {64}), y = value("y", {1, 64, 56, 56});
  const ValueId z = value("z", {1, 64, 28, 28});
  Node conv;
  conv.name = "conv";
  conv.op = "Conv";
  conv.primitive = Conv{1, {{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}};
  conv.inputs = {x, w, b};
  conv.output = y;
  REQUIRE(parse_expr("relu(%0)", conv.epilogue));
  Node pool;
  pool.name = "pool";
  pool.op = "MaxPool";
  pool.primitive = Pool{PoolKind::Max, {{2, 2}, {2, 2}, {1, 1}, {0, 0}, {0, 0}}};
  pool.inputs = {y};
  pool.output = z;
  graph.nodes = {conv, pool};
  return graph;
}

}  // namespace

TEST_CASE("the README's mappings by hand are legal on rapid-chip") {
  const std::string page = text_of("compiler/mapping/README.md");
  const auto system = parse_system(text_of("models/systems/rapid-chip.yaml"), "rapid-chip.yaml");
  REQUIRE(system);
  const auto works = describe(example());
  REQUIRE(works);
  REQUIRE(works->size() == 2);
  for (int k = 0; k < 2; ++k) {
    const auto mappings = parse_mappings(yaml_block(page, k), "README.md");
    INFO((mappings ? "" : to_string(mappings.error())));
    REQUIRE(mappings);
    REQUIRE(mappings->size() == 1);
    const Work& work = (*works)[static_cast<size_t>(k)];
    CHECK(mappings->front().layer == work.name);
    std::string all;
    for (const Rejection& r :
         rejections(work, *system, system->precisions.at("fp16"), mappings->front().dsc))
      all += to_string(r) + "\n";
    CHECK(all == "");
  }
}

TEST_CASE("the README lists every rejection") {
  const std::string page = text_of("compiler/mapping/README.md");
#define X(number, id, name, text, unit)                                               \
  CHECK(page.find(std::string("| " #number " | ") + (name) + " | " + (text) + " | " + \
                  (std::string(unit).empty() ? "-" : (unit)) + " |\n") != std::string::npos);
  TILEWRIGHT_REJECTIONS(X)
#undef X
}
