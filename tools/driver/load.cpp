#include "tools/driver/load.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "backend/isa/data_format.h"
#include "compiler/arch/system_yaml.h"
#include "compiler/import/import.h"
#include "compiler/import/tensor_file.h"
#include "compiler/support/hash.h"
#include "compiler/support/near_miss.h"
#include "compiler/transform/transform.h"
#include "models/systems/systems.h"

namespace tilewright {

namespace {

constexpr std::string_view kImportStage = "import";

void append(Diagnostics& all, const Diagnostics& more) {
  all.insert(all.end(), more.begin(), more.end());
}

// Splits "NAME=VALUE" at the last '=' (names may hold one); false without.
bool split(const std::string& text, std::string& name, std::string& value) {
  const size_t at = text.rfind('=');
  if (at == std::string::npos || at == 0) return false;
  name = text.substr(0, at);
  value = text.substr(at + 1);
  return true;
}

bool parse_extent(std::string_view text, int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 1;
}

bool parse_shape(std::string_view text, Shape& shape) {
  while (!text.empty()) {
    const size_t at = std::min(text.find('x'), text.size());
    int64_t extent = 0;
    if (!parse_extent(text.substr(0, at), extent)) return false;
    shape.push_back(extent);
    if (at == text.size()) return true;
    text.remove_prefix(at + 1);
  }
  return false;
}

Diagnostic wrong(const std::string& flag, const std::string& text, const std::string& form) {
  return {ErrorCode::BadInput, flag + " " + text, "is not of the form " + form, ""};
}

Diagnostics read_options(const ModelOptions& options, ImportOptions& import) {
  Diagnostics findings;
  std::string name, value;
  for (const std::string& text : options.shapes) {
    Shape shape;
    if (split(text, name, value) && parse_shape(value, shape))
      import.shapes[name] = shape;
    else
      findings.push_back(wrong("--shape", text, "NAME=1x3x224x224"));
  }
  for (const std::string& text : options.dims) {
    int64_t extent = 0;
    if (split(text, name, value) && parse_extent(value, extent))
      import.dims[name] = extent;
    else
      findings.push_back(wrong("--dim", text, "NAME=8"));
  }
  for (const std::string& text : options.binds) {
    if (!split(text, name, value)) {
      findings.push_back(wrong("--bind", text, "NAME=FILE"));
    } else if (Result<NamedTensor> tensor = read_tensor_file(value); tensor) {
      import.bindings[name] = std::move(tensor->tensor);
    } else {
      append(findings, tensor.error());
    }
  }
  return findings;
}

Diagnostics check_stages(const std::vector<std::string>& wanted) {
  std::vector<std::string> names = {std::string(kImportStage)};
  for (const auto& stage : inference_stages()) names.emplace_back(stage.name);
  Diagnostics findings;
  for (const std::string& name : wanted)
    if (std::find(names.begin(), names.end(), name) == names.end())
      findings.push_back({ErrorCode::BadInput, "--dump-after " + name,
                          "there is no stage of this name", near_miss_hint(name, names)});
  return findings;
}

void dump(const ModelOptions& options, std::string_view stage, const Graph& graph) {
  if (std::find(options.dump_after.begin(), options.dump_after.end(), stage) ==
      options.dump_after.end())
    return;
  fmt::print(stderr, "# after {}\n{}", stage, print(graph));
}

}  // namespace

Result<LoadedModel> import_only(const ModelOptions& options) {
  ImportOptions import;
  Diagnostics findings = read_options(options, import);
  append(findings, check_stages(options.dump_after));
  if (!findings.empty()) return fail(std::move(findings));

  Result<Graph> graph = import_model(options.model, import);
  if (!graph) return fail(graph.error());
  Result<std::string> hash = content_hash_of_file(options.model);
  if (!hash) return fail(hash.error());

  LoadedModel model;
  const std::filesystem::path path(options.model);
  model.file = path.filename().string();
  model.name = graph->name.empty() ? path.stem().string() : graph->name;
  model.hash = *hash;
  model.imported = std::move(*graph);
  model.graph = model.imported;
  dump(options, kImportStage, model.imported);
  return model;
}

Result<LoadedModel> load_model(const ModelOptions& options) {
  Result<LoadedModel> model = import_only(options);
  if (!model) return model;
  model->graph = optimize_for_inference(
      std::move(model->graph),
      [&](std::string_view stage, const Graph& graph) { dump(options, stage, graph); });
  Result<std::vector<Work>> works = describe(model->graph);
  if (!works) return fail(works.error());
  model->works = std::move(*works);
  return model;
}

Result<Target> load_target(const TargetOptions& options) {
  Result<System> system = load_system(options.system);
  if (!system) return fail(system.error());
  Target target;
  target.precision = options.precision.empty() ? system->default_precision : options.precision;
  const auto found = system->precisions.find(target.precision);
  if (found == system->precisions.end()) {
    std::vector<std::string> known;
    for (const auto& [name, info] : system->precisions) known.push_back(name);
    return bad_input("--precision " + target.precision,
                     "system '" + system->name + "' has no such precision",
                     near_miss_hint(target.precision, known));
  }
  target.info = found->second;
  target.hash = content_hash(print_system(*system));
  target.system = std::move(*system);
  return target;
}

bool priced_only(const Target& target) {
  return !data_format(target.system, target.precision).has_value();
}

Result<std::map<std::string, Tensor>> read_tensors(const std::vector<std::string>& options,
                                                   const std::string& flag,
                                                   const std::vector<std::string>& names) {
  std::map<std::string, Tensor> tensors;
  Diagnostics findings;
  auto refuse = [&](const std::string& text, std::string message, std::string hint) {
    findings.push_back(
        {ErrorCode::BadInput, flag + " " + text, std::move(message), std::move(hint)});
  };
  for (const std::string& text : options) {
    std::string name, file;
    if (!split(text, name, file)) file = text;
    Result<NamedTensor> tensor = read_tensor_file(file);
    if (!tensor) {
      append(findings, tensor.error());
      continue;
    }
    if (name.empty()) name = names.size() == 1 ? names.front() : tensor->name;
    if (std::find(names.begin(), names.end(), name) == names.end())
      refuse(text, "nothing is called '" + name + "' here", near_miss_hint(name, names));
    else if (!tensors.emplace(name, std::move(tensor->tensor)).second)
      refuse(text, "'" + name + "' is given twice", "");
  }
  if (!findings.empty()) return fail(std::move(findings));
  return tensors;
}

}  // namespace tilewright
