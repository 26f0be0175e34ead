// verify: a program's outputs against reference outputs, and its cycles and bytes against the
// plan's.
#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "backend/sim/simulate.h"
#include "compiler/support/number_format.h"
#include "compiler/transform/transform.h"
#include "tools/cli/exit_status.h"
#include "tools/commands/commands.h"
#include "tools/driver/check_output.h"
#include "tools/driver/deliver.h"
#include "tools/driver/load.h"
#include "tools/driver/mapped_network.h"
#include "tools/driver/program_file.h"
#include "tools/driver/random_inputs.h"
#include "tools/driver/terminal.h"
#include "tools/results/json.h"
#include "tools/results/numbers.h"
#include "tools/results/table.h"

namespace tilewright {

namespace {

constexpr double kCycleTolerance = 0.05;  // per layer

// tools/README.md says why.
double tolerance_of(DataFormat format) {
  switch (format) {
    case DataFormat::Fp32:
      return 1e-4;
    case DataFormat::DlFloat16:
      return 2e-2;
    case DataFormat::Int8:
      return 0;
  }
  return 0;
}

struct LayerCheck {
  std::string name;
  int64_t model_cycles = 0, simulated_cycles = 0;
  std::map<std::string, int64_t> model_bytes, simulated_bytes;

  // (simulated - model) / model
  double relative_error() const {
    const auto model = static_cast<double>(model_cycles);
    return (static_cast<double>(simulated_cycles) - model) / std::max(model, 1.0);
  }
  bool cycles_agree() const { return std::abs(relative_error()) <= kCycleTolerance; }
  bool bytes_agree() const {
    auto nonzero = [](std::map<std::string, int64_t> bytes) {
      std::erase_if(bytes, [](const auto& entry) { return entry.second == 0; });
      return bytes;
    };
    return nonzero(model_bytes) == nonzero(simulated_bytes);
  }
};

// Of INT8: elements of layers' outputs that the reference rounded or cut to -127 to 127.
struct Rounding {
  int64_t rounded = 0, cut = 0;

  float operator()(float value) {
    const float stored = int8_round(value);
    if (stored != value) ++(std::abs(value) <= kMostInt8 ? rounded : cut);
    return stored;
  }
};

struct Verification {
  std::vector<OutputCheck> outputs;
  std::vector<LayerCheck> layers;
  std::optional<Rounding> rounding;

  bool pass() const {
    return std::all_of(outputs.begin(), outputs.end(), [](const auto& o) { return o.pass; }) &&
           std::all_of(layers.begin(), layers.end(),
                       [](const auto& l) { return l.cycles_agree() && l.bytes_agree(); });
  }
};

std::vector<std::string> names_of(const Graph& graph, const std::vector<ValueId>& ids) {
  std::vector<std::string> names;
  for (ValueId id : ids) names.push_back(graph.value(id).name);
  return names;
}

// The program must have the model's inputs and outputs.
Diagnostics compare_ports(const Graph& graph, const std::vector<ValueId>& ids,
                          const std::vector<TensorPlace>& places, const std::string& what,
                          const std::string& where) {
  Diagnostics findings;
  auto find = [&](const std::string& name) {
    return std::find_if(places.begin(), places.end(),
                        [&](const TensorPlace& place) { return place.name == name; });
  };
  for (ValueId id : ids) {
    const Value& value = graph.value(id);
    const auto place = find(value.name);
    if (place == places.end())
      findings.push_back({ErrorCode::BadInput, where,
                          fmt::format("the program has no {} '{}'", what, value.name),
                          "was it compiled from this model?"});
    else if (place->shape != value.shape)
      findings.push_back({ErrorCode::BadInput, where,
                          fmt::format("{} '{}' is {} in the program, {} in the model", what,
                                      value.name, print(place->shape), print(value.shape)),
                          "was it compiled with the same --shape and --dim?"});
  }
  return findings;
}

Result<std::map<std::string, Tensor>> inputs_of(const VerifyOptions& options, const Graph& graph,
                                                DataFormat format) {
  Result<std::map<std::string, Tensor>> tensors =
      read_tensors(options.inputs, "--input", names_of(graph, graph.inputs));
  if (!tensors) return tensors;
  for (ValueId id : graph.inputs) {
    const Value& value = graph.value(id);
    if (tensors->count(value.name) == 0)
      (*tensors)[value.name] = random_input(value.name, value.shape, options.seed, format);
  }
  return tensors;
}

// Of INT8: the graph that was compiled, each layer's output rounded as the program rounds it; where
// that changes nothing, the graph as imported.
Result<std::map<std::string, Tensor>> integer_reference(const Graph& graph,
                                                        const std::map<std::string, Tensor>& inputs,
                                                        Rounding& rounding) {
  auto rounded = evaluate(optimize_for_inference(graph), inputs, std::ref(rounding));
  const bool exact = rounding.rounded == 0 && rounding.cut == 0;
  return rounded && exact ? evaluate(graph, inputs) : rounded;
}

// The outputs to compare with: from files where given, else the reference evaluator's.
Result<std::map<std::string, Tensor>> expected_of(const VerifyOptions& options, const Graph& graph,
                                                  const std::map<std::string, Tensor>& inputs,
                                                  std::optional<Rounding>& rounding) {
  const std::vector<std::string> names = names_of(graph, graph.outputs);
  Result<std::map<std::string, Tensor>> expected =
      read_tensors(options.expected, "--expected", names);
  if (!expected) return expected;
  if (expected->size() < names.size()) {
    Result<std::map<std::string, Tensor>> reference =
        rounding ? integer_reference(graph, inputs, *rounding) : evaluate(graph, inputs);
    if (!reference) return reference;
    for (auto& [name, tensor] : *reference) expected->emplace(name, std::move(tensor));
  }
  Diagnostics findings;
  for (ValueId id : graph.outputs) {
    const Value& value = graph.value(id);
    const Shape& shape = expected->at(value.name).shape;
    if (shape != value.shape)
      findings.push_back(
          {ErrorCode::BadInput, "--expected " + value.name,
           fmt::format("is {}, the model's output {}", print(shape), print(value.shape)), ""});
  }
  if (!findings.empty()) return fail(std::move(findings));
  return expected;
}

Result<std::vector<LayerCheck>> check_layers(const Plan& plan, const SimResult& simulated,
                                             const std::string& where) {
  if (plan.layers.size() != simulated.layers.size())
    return bad_input(where, fmt::format("has {} layers, the program {}", plan.layers.size(),
                                        simulated.layers.size()));
  std::vector<LayerCheck> checks;
  for (size_t k = 0; k < plan.layers.size(); ++k) {
    const PlannedLayer& model = plan.layers[k];
    const LayerTiming& timing = simulated.layers[k];
    if (model.layer != timing.name)
      return bad_input(
          where, fmt::format("layer {} is '{}', in the program '{}'", k, model.layer, timing.name));
    checks.push_back(
        {model.layer, model.cycles, timing.cycles, model.link_bytes, timing.link_bytes});
  }
  return checks;
}

struct Inputs {
  LoadedModel model;
  Program program;
  Plan plan;
};

Result<Inputs> load(const VerifyOptions& options) {
  Result<Program> program = read_program(options.program);
  if (!program) return fail(program.error());
  const std::string plan_file = in_folder(options.program, "plan.yaml");
  const Result<std::string> text = read_file(plan_file);
  if (!text) return fail(text.error());
  Result<Plan> plan = parse_plan(*text, plan_file);
  if (!plan) return fail(plan.error());
  Result<LoadedModel> model = import_only(options.model);
  if (!model) return fail(model.error());
  const Graph& graph = model->imported;
  Diagnostics findings =
      compare_ports(graph, graph.inputs, program->inputs, "input", options.program);
  for (Diagnostic& d :
       compare_ports(graph, graph.outputs, program->outputs, "output", options.program))
    findings.push_back(std::move(d));
  if (!findings.empty()) return fail(std::move(findings));
  return Inputs{std::move(*model), std::move(*program), std::move(*plan)};
}

Result<Verification> check(const VerifyOptions& options, const Inputs& in) {
  const Graph& graph = in.model.imported;
  const auto inputs = inputs_of(options, graph, in.program.format);
  if (!inputs) return fail(inputs.error());
  Verification result;
  if (in.program.format == DataFormat::Int8) result.rounding.emplace();
  const auto expected = expected_of(options, graph, *inputs, result.rounding);
  if (!expected) return fail(expected.error());
  const Result<SimResult> simulated =
      simulate(in.program, *inputs, {SimMode::Full, static_cast<int>(options.jobs)});
  if (!simulated) return fail(simulated.error());
  auto layers = check_layers(in.plan, *simulated, in_folder(options.program, "plan.yaml"));
  if (!layers) return fail(layers.error());

  const double tolerance =
      options.tolerance >= 0 ? options.tolerance : tolerance_of(in.program.format);
  for (ValueId id : graph.outputs) {
    const std::string& name = graph.value(id).name;
    result.outputs.push_back(
        check_output(name, expected->at(name), simulated->outputs.at(name), tolerance));
  }
  result.layers = std::move(*layers);
  return result;
}

std::string print(const std::optional<Rounding>& rounding) {
  if (!rounding) return "";
  if (rounding->rounded == 0 && rounding->cut == 0)
    return "expected: the model's numbers; integers of the format in every layer\n";
  return fmt::format(
      "expected: the compiled graph's numbers, each layer's output rounded to the integers -127 to "
      "127 ({} elements rounded, {} cut)\n",
      grouped(rounding->rounded), grouped(rounding->cut));
}

std::string print(const Verification& v) {
  using Align = Table::Align;
  Table outputs;
  outputs.column("output");
  for (const char* title : {"elements", "max abs error", "max rel error", "arg-max"})
    outputs.column(title, Align::Right);
  outputs.column("verdict");
  for (const OutputCheck& o : v.outputs)
    outputs.row({o.name, grouped(o.elements), fmt::format("{:.3g}", o.max_abs_error),
                 fmt::format("{:.3g}", o.max_rel_error),
                 o.expected_argmax == o.actual_argmax
                     ? fmt::format("{} agrees", o.actual_argmax)
                     : fmt::format("{}, expected {}", o.actual_argmax, o.expected_argmax),
                 o.pass ? "pass" : "FAIL"});
  Table layers;
  layers.column("layer");
  for (const char* title : {"model cycles", "simulated", "error"})
    layers.column(title, Align::Right);
  layers.column("bytes per link");
  size_t exact = 0, near = 0, bytes = 0;
  int64_t model = 0, simulated = 0;
  for (const LayerCheck& l : v.layers) {
    layers.row({l.name, grouped(l.model_cycles), grouped(l.simulated_cycles),
                fmt::format("{:+.2f} %", 100 * l.relative_error()),
                l.bytes_agree() ? "equal" : "DIFFER"});
    exact += l.model_cycles == l.simulated_cycles ? 1 : 0;
    near += l.cycles_agree() ? 1 : 0;
    bytes += l.bytes_agree() ? 1 : 0;
    model += l.model_cycles;
    simulated += l.simulated_cycles;
  }
  return outputs.print() + print(v.rounding) + "\n" + layers.print() +
         fmt::format("\ntotal   {} cycles modelled, {} simulated\n", grouped(model),
                     grouped(simulated)) +
         fmt::format("layers  {}: cycles equal in {}, within 5 % in {}; bytes equal in {}\n",
                     v.layers.size(), exact, near, bytes) +
         (v.pass() ? "PASS\n" : "FAIL\n");
}

void add_to(Json& document, const Verification& v) {
  Json outputs = Json::array();
  for (const OutputCheck& o : v.outputs)
    outputs.push_back({{"name", o.name},
                       {"max_abs_error", o.max_abs_error},
                       {"max_rel_error", o.max_rel_error},
                       {"argmax", {{"expected", o.expected_argmax}, {"actual", o.actual_argmax}}},
                       {"pass", o.pass}});
  Json layers = Json::array();
  for (const LayerCheck& l : v.layers)
    layers.push_back({{"name", l.name},
                      {"model_cycles", l.model_cycles},
                      {"simulated_cycles", l.simulated_cycles},
                      {"relative_error", l.relative_error()},
                      {"link_bytes",
                       {{"model", link_bytes_json(l.model_bytes)},
                        {"simulated", link_bytes_json(l.simulated_bytes)},
                        {"equal", l.bytes_agree()}}}});
  document["pass"] = v.pass();
  if (v.rounding)
    document["rounding"] = {{"rounded", v.rounding->rounded}, {"cut", v.rounding->cut}};
  document["outputs"] = std::move(outputs);
  document["layers"] = std::move(layers);
}

}  // namespace

int run_verify(const VerifyOptions& options) {
  const Result<Inputs> in = load(options);
  if (!in) return report(in.error());
  const Result<Verification> v = check(options, *in);
  if (!v) return report(v.error());
  Json document = bare_header("verify");
  document["model"] = in->model.name;
  document["system"] = in->program.system.name;
  document["options"] = {{"precision", in->program.precision}, {"seed", options.seed}};
  document["inputs"] = {{"model", {{"file", in->model.file}, {"hash", in->model.hash}}}};
  add_to(document, *v);
  return deliver(OutputSet(), options.report, print(*v), print(document),
                 v->pass() ? kDone : kNegativeAnswer);
}

}  // namespace tilewright
