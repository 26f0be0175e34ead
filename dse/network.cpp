#include "dse/network.h"

namespace tilewright {

namespace {

// The problem that a layer poses, whatever it is called and whichever tensors it reads.
Work anonymous(Work work) {
  work.name.clear();
  work.op.clear();
  for (Operand& operand : work.operands) operand.value = 0;
  return work;
}

}  // namespace

Result<std::vector<SearchResult>> search_network(const std::vector<Work>& works,
                                                 const System& system,
                                                 const PrecisionInfo& precision,
                                                 const SearchOptions& options,
                                                 const SearchProgress& progress) {
  if (auto fits = check_goal(options.goal, system, precision); !fits) return fail(fits.error());
  std::vector<SearchResult> results;
  std::vector<std::pair<Work, size_t>> known;
  Diagnostics findings;
  for (size_t k = 0; k < works.size(); ++k) {
    Work problem = anonymous(works[k]);
    const SearchResult* same = nullptr;
    for (const auto& [other, index] : known)
      if (other == problem) same = &results[index];
    if (same != nullptr) {
      results.push_back(SearchResult(*same));
    } else {
      Result<SearchResult> result = search_layer(works[k], system, precision, options);
      if (!result) findings.insert(findings.end(), result.error().begin(), result.error().end());
      if (findings.empty()) known.emplace_back(std::move(problem), results.size());
      results.push_back(result ? std::move(*result) : SearchResult{});
    }
    if (progress) progress(k + 1, works.size(), works[k]);
  }
  if (!findings.empty()) return fail(std::move(findings));
  return results;
}

}  // namespace tilewright
