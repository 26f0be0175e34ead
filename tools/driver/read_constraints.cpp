#include "tools/driver/read_constraints.h"

#include <filesystem>

#include "compiler/support/hash.h"
#include "compiler/support/yaml_file.h"
#include "dse/space/conflict.h"
#include "dse/space/constraints_yaml.h"

namespace tilewright {

Result<LoadedConstraints> read_constraints(const std::string& path, const LoadedModel& model,
                                           const Target& target) {
  const Result<std::string> text = read_yaml_file(path);
  if (!text) return fail(text.error());
  Result<ConstraintFile> file = parse_constraints(*text, path);
  if (!file) return fail(file.error());
  Diagnostics findings = unknown_layers(*file, model.works);
  for (const Work& work : model.works)
    if (std::optional<Diagnostic> found = conflict(*file, work, target.system); found)
      findings.push_back(std::move(*found));
  if (!findings.empty()) return fail(std::move(findings));
  return LoadedConstraints{std::move(*file), std::filesystem::path(path).filename().string(),
                           content_hash(*text)};
}

}  // namespace tilewright
