// A network of integers the whole way in INT8: what compile refuses, what verify compares.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "compiler/support/rng.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/compiler/import/model_builder.h"
#include "tools/cli/cli.h"

using namespace tilewright;
using namespace tilewright::import_test;
using Json = nlohmann::ordered_json;

namespace {

using Folder = test::TemporaryFolder;

int call(const std::vector<std::string>& words) {
  std::vector<const char*> argv = {"tilewright"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  return run_command_line(static_cast<int>(argv.size()), argv.data());
}

Tensor integers(const Shape& shape, int64_t most, uint64_t seed) {
  Rng rng{seed, 0};
  std::vector<float> data(static_cast<size_t>(*element_count(shape)));
  for (float& x : data) x = static_cast<float>(rng.between(-most, most));
  return float_tensor(shape, std::move(data));
}

// Two convolutions, pooling, a product; each scaled back into the range by `scale`.
std::string network(const Folder& folder, float scale, float bias = 100) {
  ModelBuilder m;
  m.input("x", {1, 3, 12, 12});
  m.weights("w1", integers({16, 3, 3, 3}, 100, 1))
      .weights("b1", float_tensor({16}, std::vector<float>(16, bias)));
  m.weights("w2", integers({8, 16, 3, 3}, 100, 3)).weights("w3", integers({8, 10}, 100, 4));
  m.weights("scale", float_tensor({}, {scale})).weights("one", float_tensor({1}, {1}));
  m.node("Conv", {"x", "w1", "b1"}, {"c1"}).set("pads", std::vector<int64_t>{1, 1, 1, 1});
  m.node("Mul", {"c1", "scale"}, {"s1"});
  m.node("Relu", {"s1"}, {"r1"});
  m.node("MaxPool", {"r1"}, {"p1"})
      .set("kernel_shape", std::vector<int64_t>{3, 3})
      .set("strides", std::vector<int64_t>{2, 2})
      .set("pads", std::vector<int64_t>{1, 1, 1, 1});
  m.node("Conv", {"p1", "w2"}, {"c2"});
  m.node("Mul", {"c2", "scale"}, {"s2"});
  m.node("GlobalAveragePool", {"s2"}, {"g"});
  m.node("Flatten", {"g"}, {"f"});
  m.node("MatMul", {"f", "w3"}, {"d"});
  m.node("Mul", {"d", "scale"}, {"s3"});
  m.node("Add", {"s3", "one"}, {"y"});
  m.output("y");
  const std::string file = folder / "m.onnx";
  std::ofstream(file, std::ios::binary) << m.bytes();
  return file;
}

Json verified(const Folder& folder, const std::string& model) {
  const std::string out = folder / "out";
  REQUIRE(call({"compile", model, "--system", "rapid-chip", "--precision", "int8", "-o", out}) ==
          0);
  REQUIRE(call({"verify", model, "--program", out, "--json", folder / "v.json"}) == 0);
  std::ostringstream text;
  text << std::ifstream(folder / "v.json").rdbuf();
  return Json::parse(text.str());
}

}  // namespace

TEST_CASE("int8: outputs are equal bit for bit, with what was rounded and cut on the way") {
  const Folder folder;
  const Json document = verified(folder, network(folder, 0x1p-8f));
  CHECK(document["pass"] == true);
  CHECK(document["outputs"][0]["max_abs_error"] == 0);
  CHECK(document["rounding"]["rounded"].get<int64_t>() > 1000);
  for (const Json& layer : document["layers"]) {
    CHECK(layer["model_cycles"] == layer["simulated_cycles"]);
    CHECK(layer["link_bytes"]["equal"] == true);
  }
}

TEST_CASE("int8: where nothing is rounded or cut, the model itself is what is expected") {
  const Folder folder;
  ModelBuilder m;
  m.input("x", {1, 3, 12, 12}).weights("w", integers({8, 3, 1, 1}, 1, 1));
  m.node("Relu", {"x"}, {"r"});
  m.node("Clip", {"r", "", "top"}, {"c"});
  m.weights("top", float_tensor({}, {40}));
  m.node("Conv", {"c", "w"}, {"y"});
  m.output("y");
  const std::string file = folder / "exact.onnx";
  std::ofstream(file, std::ios::binary) << m.bytes();
  const Json document = verified(folder, file);
  CHECK(document["rounding"] == Json({{"rounded", 0}, {"cut", 0}}));
  CHECK(document["outputs"][0]["max_abs_error"] == 0);
}

TEST_CASE("int8: a constant that is no integer of the range is refused") {
  const Folder folder;
  const std::string out = folder / "out";
  CHECK(call({"compile", network(folder, 0x1p-8f, 0.5f), "--system", "rapid-chip", "--precision",
              "int8", "-o", out}) == 3);
  CHECK_FALSE(std::filesystem::exists(out));
}
