// ONNX models: what is imported is a sound graph, before and after the transforms, whose layers can
// be described, and which computes outputs of the shapes that it states. Where the baseline has a
// mapping for every layer, the program runs, in as many cycles as the model says.
#include "backend/emit/emit.h"
#include "backend/isa/verify.h"
#include "backend/sim/simulate.h"
#include "compiler/import/import.h"
#include "compiler/mapping/work.h"
#include "compiler/support/check.h"
#include "compiler/support/math.h"
#include "compiler/transform/transform.h"
#include "costmodel/price.h"
#include "models/baselines/baselines.h"
#include "tests/fuzz/random_model.h"
#include "tests/support/mapped_network.h"

using namespace tilewright;

namespace {

template <class T>
void check_findings(const Result<T>& result) {
  TW_CHECK(result || !result.error().empty(), "refused without a finding");
}

// Whether the reference evaluator computes it in a moment.
bool is_small(const Graph& graph) {
  int64_t most = 0;
  for (const Value& value : graph.values) most = std::max(most, *element_count(value.shape));
  for (const Node& node : graph.nodes) most = std::max(most, mac_count(graph, node));
  return most <= 1 << 12;
}

std::map<std::string, Tensor> inputs_of(const Graph& graph) {
  std::map<std::string, Tensor> inputs;
  for (const ValueId id : graph.inputs) {
    const Value& value = graph.value(id);
    const auto count = static_cast<size_t>(*element_count(value.shape));
    inputs[value.name] = float_tensor(value.shape, std::vector<float>(count, 0.5f));
  }
  return inputs;
}

void check_outputs(const Graph& graph, const std::map<std::string, Tensor>& outputs) {
  for (const ValueId id : graph.outputs) {
    const auto found = outputs.find(graph.value(id).name);
    TW_CHECK(found != outputs.end(), "no output {}", graph.value(id).name);
    TW_CHECK(found->second.shape == graph.value(id).shape, "{} instead of {}",
             print(found->second.shape), print(graph.value(id).shape));
  }
}

void try_run(const Graph& graph, const std::vector<Work>& works) {
  static const System system = test::small_system();
  const PrecisionInfo& precision = system.precisions.at("fp16");
  Plan plan{graph.name, system.name, "fp16", {}};
  int64_t cycles = 0;
  for (const Work& work : works) {
    const auto dsc = baseline_mapping("planner-rule", work, system, precision);
    check_findings(dsc);
    if (!dsc) return;
    cycles += price(work, system, precision, *dsc).cost.cycles;
    plan.layers.push_back({work.name, *dsc, 0, {}});
  }
  const auto program = emit(graph, system, "fp16", plan);
  check_findings(program);
  if (!program) return;
  TW_CHECK(verify(*program).empty(), "{}", to_string(verify(*program)));
  const auto ran = simulate(*program, inputs_of(graph), {.jobs = 1});
  TW_CHECK(ran, "{}{}", to_string(ran.error()), print(graph));
  check_outputs(graph, ran->outputs);
  TW_CHECK(ran->cycles == cycles, "model {}, simulator {}\n{}", cycles, ran->cycles, print(graph));
}

void try_graph(const Graph& graph) {
  TW_CHECK(verify(graph).empty(), "{}{}", to_string(verify(graph)), print(graph));
  TW_CHECK(!print(graph).empty(), "no text");
  const auto works = describe(graph);
  check_findings(works);
  for (const Node& node : graph.nodes) check_findings(describe(graph, node));
  if (!is_small(graph)) return;
  const auto outputs = evaluate(graph, inputs_of(graph));
  check_findings(outputs);
  if (outputs) check_outputs(graph, *outputs);
  if (outputs && works) try_run(graph, *works);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes = fuzz::random_model(data, size).SerializeAsString();
  auto graph = import_bytes(bytes, "m.onnx", {});
  check_findings(graph);
  if (!graph) return 0;
  try_graph(*graph);
  try_graph(optimize_for_inference(std::move(*graph)));
  return 0;
}
