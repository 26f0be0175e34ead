// The ONNX project's own test cases, where they are installed (Debian: libonnx-testdata): every
// model that imports must compute the stored outputs; the others must be refused with a reason.
#include <cmath>
#include <filesystem>
#include <iostream>

#include <fmt/format.h>

#include "compiler/import/import.h"
#include "compiler/import/parse.h"
#include "compiler/import/tensor_file.h"
#include "tests/support/catch.h"

using namespace tilewright;
namespace fs = std::filesystem;

namespace {

constexpr const char* kSuite = "/usr/share/libonnx-testdata/data";

struct Case {
  std::vector<NamedTensor> inputs, outputs;
  bool readable = true;  // only tensors of types that are supported
};

std::vector<NamedTensor> read_all(const fs::path& folder, const char* kind, bool& readable) {
  std::vector<NamedTensor> tensors;
  for (int n = 0; fs::exists(folder / fmt::format("{}_{}.pb", kind, n)); ++n) {
    auto tensor = read_tensor_file((folder / fmt::format("{}_{}.pb", kind, n)).string());
    readable = readable && tensor.has_value();
    tensors.push_back(tensor ? *tensor : NamedTensor{});
  }
  return tensors;
}

// Files without a name belong to the graph's inputs (outputs) in order.
template <class Infos>
void name_tensors(std::vector<NamedTensor>& tensors, const Infos& infos) {
  for (size_t n = 0; n < tensors.size(); ++n)
    if (tensors[n].name.empty() && n < static_cast<size_t>(infos.size()))
      tensors[n].name = infos.Get(static_cast<int>(n)).name();
}

// The suite stores bfloat16 data as uint16.
bool has_bfloat16(const onnx::GraphProto& graph) {
  const auto is = [](const onnx::ValueInfoProto& info) {
    return info.type().tensor_type().elem_type() == onnx::TensorProto::BFLOAT16;
  };
  return std::any_of(graph.input().begin(), graph.input().end(), is) ||
         std::any_of(graph.output().begin(), graph.output().end(), is);
}

bool close(const Tensor& got, const Tensor& wanted) {
  if (got.shape != wanted.shape || got.floats.size() != wanted.floats.size()) return false;
  float largest = 0;
  for (float value : wanted.floats)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  for (size_t i = 0; i < got.floats.size(); ++i) {
    const float a = got.floats[i], b = wanted.floats[i];
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    if (!(std::abs(a - b) <= 1e-3f * std::abs(b) + 1e-5f * std::max(largest, 1e-2f))) return false;
  }
  return true;
}

struct Tally {
  int correct = 0, unsupported = 0, bad = 0;
  std::vector<std::string> wrong;
};

void run_case(const fs::path& folder, Tally& tally) {
  const std::string path = (folder / "model.onnx").string();
  Case data;
  data.inputs = read_all(folder / "test_data_set_0", "input", data.readable);
  data.outputs = read_all(folder / "test_data_set_0", "output", data.readable);
  const auto bytes = read_model_file(path);
  REQUIRE(bytes);
  const auto model = parse_model(bytes->view(), path);
  REQUIRE(model);
  name_tensors(data.inputs, model->graph().input());
  name_tensors(data.outputs, model->graph().output());

  if (has_bfloat16(model->graph())) return;
  ImportOptions options;
  std::map<std::string, Tensor> feeds;
  for (const NamedTensor& input : data.inputs) {
    if (input.tensor.type != ElementType::Float32)
      options.bindings[input.name] = input.tensor;
    else
      feeds[input.name] = input.tensor;
    if (data.readable && input.tensor.type == ElementType::Float32)
      options.shapes[input.name] = input.tensor.shape;
  }
  const auto graph = import_bytes(bytes->view(), path, options);
  if (!graph && !data.readable) return;
  if (!graph) {
    ++(exit_status(graph.error()) == 3 ? tally.unsupported : tally.bad);
    if (exit_status(graph.error()) == 2)
      UNSCOPED_INFO("refused as bad input:\n" << to_string(graph.error()));
    return;
  }
  if (!data.readable) return;
  const auto results = evaluate(*graph, feeds);
  bool right = results.has_value();
  if (!right) UNSCOPED_INFO(path << "\n" << to_string(results.error()));
  for (const NamedTensor& output : data.outputs)
    right =
        right && results->count(output.name) == 1 && close(results->at(output.name), output.tensor);
  if (right)
    ++tally.correct;
  else
    tally.wrong.push_back(path);
}

}  // namespace

TEST_CASE("models of the ONNX suite import and compute their outputs, or are refused") {
  if (!fs::exists(kSuite)) {
    WARN("no ONNX test data installed; nothing compared");
    return;
  }
  Tally tally;
  for (const char* group : {"node", "simple", "pytorch-converted", "pytorch-operator"}) {
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(fs::path(kSuite) / group))
      folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    for (const fs::path& folder : folders) run_case(folder, tally);
  }
  std::cout << "ONNX suite: " << tally.correct << " correct, " << tally.wrong.size() << " wrong, "
            << tally.unsupported << " unsupported, " << tally.bad << " refused as bad\n";
  for (const std::string& path : tally.wrong) std::cout << "  wrong: " << path << "\n";
  CHECK(tally.wrong.empty());
  CHECK(tally.bad == 0);
  CHECK(tally.correct > 200);
}
