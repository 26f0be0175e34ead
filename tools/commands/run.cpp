// run: a program on the simulator.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "backend/sim/simulate.h"
#include "compiler/import/tensor_file.h"
#include "tools/cli/exit_status.h"
#include "tools/commands/commands.h"
#include "tools/driver/deliver.h"
#include "tools/driver/load.h"
#include "tools/driver/program_file.h"
#include "tools/driver/random_inputs.h"
#include "tools/driver/terminal.h"
#include "tools/results/json.h"
#include "tools/results/numbers.h"
#include "tools/results/table.h"

namespace tilewright {

namespace {

SimMode mode_of(const RunOptions& options) {
  if (options.timing_only) return SimMode::TimingOnly;
  return options.numbers_only ? SimMode::NumbersOnly : SimMode::Full;
}

Result<std::map<std::string, Tensor>> inputs_of(const RunOptions& options, const Program& program) {
  if (options.timing_only) return std::map<std::string, Tensor>();
  std::vector<std::string> names;
  for (const TensorPlace& place : program.inputs) names.push_back(place.name);
  Result<std::map<std::string, Tensor>> tensors = read_tensors(options.inputs, "--input", names);
  if (!tensors) return tensors;
  Diagnostics findings;
  for (const TensorPlace& place : program.inputs) {
    if (tensors->count(place.name) != 0) continue;
    if (options.random)
      (*tensors)[place.name] = random_input(place.name, place.shape, options.seed, program.format);
    else
      findings.push_back({ErrorCode::BadInput, options.program,
                          fmt::format("input '{}' {} is not given", place.name, print(place.shape)),
                          "--input " + place.name + "=FILE.pb, or --random-input SEED"});
  }
  if (!findings.empty()) return fail(std::move(findings));
  return tensors;
}

// A file name for an output: its own where that is one, with doubtful characters replaced.
std::string file_name(const std::string& output, std::set<std::string>& taken) {
  std::string name = output.substr(0, 100);
  for (char& c : name)
    if (!(std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.'))
      c = '_';
  if (name.empty() || name[0] == '.') name = "_" + name;
  std::string unique = name;
  for (int k = 2; !taken.insert(unique).second; ++k) unique = fmt::format("{}_{}", name, k);
  return unique + ".pb";
}

std::string describe_output(const std::string& name, const Tensor& tensor) {
  std::string text = fmt::format("output '{}' {}", name, print(tensor.shape));
  if (!tensor.floats.empty()) {
    const auto [low, high] = std::minmax_element(tensor.floats.begin(), tensor.floats.end());
    text +=
        fmt::format(": {:.6g} to {:.6g}, largest at {}", *low, *high, high - tensor.floats.begin());
  }
  return text + "\n";
}

Json timing_json(const SimResult& result) {
  Json layers = Json::array();
  for (const LayerTiming& layer : result.layers)
    layers.push_back({{"name", layer.name},
                      {"cycles", layer.cycles},
                      {"link_bytes", link_bytes_json(layer.link_bytes)},
                      {"busy_cycles", link_bytes_json(layer.busy_cycles)}});
  return {{"cycles", result.cycles}, {"layers", std::move(layers)}};
}

std::string timing_text(const SimResult& result) {
  using Align = Table::Align;
  Table table;
  table.column("layer");
  table.column("cycles", Align::Right);
  table.column("external bytes", Align::Right);
  table.column("array_in bytes", Align::Right);
  table.column("array_out bytes", Align::Right);
  auto bytes = [](const LayerTiming& layer, const std::string& link) {
    const auto found = layer.link_bytes.find(link);
    return grouped(found == layer.link_bytes.end() ? 0 : found->second);
  };
  for (const LayerTiming& layer : result.layers)
    table.row({layer.name, grouped(layer.cycles), bytes(layer, "external"),
               bytes(layer, "array_in"), bytes(layer, "array_out")});
  return table.print() + fmt::format("\ntotal  {} simulated cycles\n", grouped(result.cycles));
}

}  // namespace

int run_program(const RunOptions& options) {
  const Result<Program> program = read_program(options.program);
  if (!program) return report(program.error());
  const Result<std::map<std::string, Tensor>> inputs = inputs_of(options, *program);
  if (!inputs) return report(inputs.error());
  const Result<SimResult> result =
      simulate(*program, *inputs, {mode_of(options), static_cast<int>(options.jobs)});
  if (!result) return report(result.error());

  Json document = bare_header("run");
  document["model"] = nullptr;  // a program does not say
  document["system"] = program->system.name;
  document["options"] = {{"precision", program->precision}};
  document["timing"] = options.numbers_only ? Json(nullptr) : timing_json(*result);
  std::string text = options.numbers_only ? "" : timing_text(*result);
  OutputSet files(options.output);
  std::set<std::string> taken;
  Json outputs = Json::array();
  for (const TensorPlace& place : program->outputs) {
    const auto found = result->outputs.find(place.name);
    if (options.timing_only || found == result->outputs.end()) continue;
    text += describe_output(place.name, found->second);
    Json output = {{"tensor", place.name}, {"shape", place.shape}};
    if (!options.output.empty()) {
      const std::string file = file_name(place.name, taken);
      files.add_in_folder(file, tensor_to_bytes(found->second, place.name));
      output["file"] = file;
      text += "  written to " + options.output + "/" + file + "\n";
    }
    outputs.push_back(std::move(output));
  }
  document["tensors"] = std::move(outputs);
  return deliver(std::move(files), options.report, text, print(document), kDone);
}

}  // namespace tilewright
