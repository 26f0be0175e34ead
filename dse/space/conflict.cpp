#include "dse/space/conflict.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/support/near_miss.h"
#include "dse/space/conflict_numbers.h"
#include "dse/space/space.h"

namespace tilewright {

namespace {

bool leaves_nothing(const std::vector<ClauseAt>& clauses, const Work& work, const System& system) {
  Constraints constraints;
  for (const ClauseAt& at : clauses) narrow(constraints, at.clause);
  return Space(work, system, constraints).size() == 0;
}

}  // namespace

// Drops each clause without which still nothing is left: of the rest none can be dropped, for fewer
// clauses never leave less.
std::vector<ClauseAt> conflicting(const std::vector<ClauseAt>& all, const Work& work,
                                  const System& system) {
  std::vector<ClauseAt> clauses = all;
  if (clauses.empty() || !leaves_nothing(clauses, work, system)) return {};
  for (size_t k = 0; k < clauses.size();) {
    std::vector<ClauseAt> others = clauses;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(k));
    if (leaves_nothing(others, work, system))
      clauses = std::move(others);
    else
      ++k;
  }
  return clauses;
}

std::optional<Diagnostic> conflict(const ConstraintFile& file, const Work& work,
                                   const System& system) {
  std::vector<ClauseAt> least = conflicting(file.clauses_of(work.name), work, system);
  if (least.empty()) return std::nullopt;
  std::stable_sort(least.begin(), least.end(),
                   [](const ClauseAt& a, const ClauseAt& b) { return a.line < b.line; });
  std::vector<std::string> names;
  for (const ClauseAt& at : least)
    names.push_back(fmt::format("{} (line {})", to_string(at.clause), at.line));
  std::string message =
      fmt::format("layer '{}': no mapping has {}", work.name, fmt::join(names, " and "));
  const std::vector<std::string> numbers = conflict_numbers(least, work, system);
  if (!numbers.empty()) message += fmt::format(": {}", fmt::join(numbers, "; "));
  const std::string where =
      fmt::format("{}:{}:{}", file.where, least.front().line, least.front().column);
  return Diagnostic{ErrorCode::BadInput, where, std::move(message),
                    least.size() > 1 ? "without any one of these there are some" : ""};
}

Diagnostics unknown_layers(const ConstraintFile& file, const std::vector<Work>& works) {
  std::vector<std::string> names;
  for (const Work& work : works) names.push_back(work.name);
  Diagnostics findings;
  for (const ConstraintEntry& entry : file.entries) {
    if (entry.layer.empty() || std::find(names.begin(), names.end(), entry.layer) != names.end())
      continue;
    const std::string meant = near_miss(entry.layer, names);
    findings.push_back({ErrorCode::BadInput,
                        fmt::format("{}:{}:{}", file.where, entry.line, entry.column),
                        fmt::format("no layer is called '{}'", entry.layer),
                        meant.empty() ? "" : fmt::format("did you mean '{}'?", meant)});
  }
  return findings;
}

}  // namespace tilewright
